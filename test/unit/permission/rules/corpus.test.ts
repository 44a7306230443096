import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { execute } from '../../../support/builders.ts';
import { judge, ruleFor } from './engineUnderTest.ts';

/** Patterns such as people make, all in force at once: a command that one of them covers must not slip through another. */
const RULES = linesOf('corpusRules.jsonl', v.array(v.string())).map((tokens) =>
  ruleFor({ kind: 'command', tokens }),
);

describe('Command patterns, all at once', () => {
  it('allow none of many attacks', async () => {
    assert.deepEqual(await unexpected('attackCommands.jsonl', 'ask'), []);
  }).timeout(60_000);

  it('allow what people run every day', async () => {
    assert.deepEqual(await unexpected('benignCommands.jsonl', 'allow'), []);
  }).timeout(60_000);
});

async function unexpected(file: string, expected: 'ask' | 'allow') {
  const commands = linesOf(file, v.string());
  assert.ok(commands.length > 400);
  const found: unknown[] = [];
  for (const command of commands) {
    const { verdict, why } = await judge(execute(command), RULES);
    if (verdict !== expected) found.push({ command, verdict, why });
  }
  return found;
}

function linesOf<T>(file: string, shape: v.GenericSchema<unknown, T>): T[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(shape, JSON.parse(line)));
}
