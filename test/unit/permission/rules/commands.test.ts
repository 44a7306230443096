import assert from 'node:assert/strict';
import { execute } from '../../../support/builders.ts';
import { OPTION_ATTACKS } from './attackOptions.ts';
import { PROGRAM_ATTACKS } from './attackPrograms.ts';
import { ATTACKS } from './attacks.ts';
import { BENIGN } from './benign.ts';
import { judge, ruleFor } from './engineUnderTest.ts';

const rulesOf = (patterns: readonly string[]) =>
  patterns.map((pattern) => ruleFor({ kind: 'command', tokens: pattern.split(' ') }));

describe('Command patterns', () => {
  for (const { name, rules, commands } of [...ATTACKS, ...PROGRAM_ATTACKS, ...OPTION_ATTACKS]) {
    it(`ask: ${name}`, async () => {
      const verdicts = await Promise.all(
        commands.map(async (command) => {
          const { verdict } = await judge(execute(command), rulesOf(rules));
          return [command, verdict] as const;
        }),
      );
      assert.deepEqual(
        verdicts.filter(([, verdict]) => verdict !== 'ask'),
        [],
      );
    });
  }

  for (const { name, rules, commands } of BENIGN) {
    it(`allow: ${name}`, async () => {
      const verdicts = await Promise.all(
        commands.map(async (command) => {
          const { verdict, why } = await judge(execute(command), rulesOf(rules));
          return [command, verdict, why] as const;
        }),
      );
      assert.deepEqual(
        verdicts.filter(([, verdict]) => verdict !== 'allow'),
        [],
      );
    });
  }
});
