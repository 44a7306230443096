import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import { newSessionRef, Session } from '../../src/sessions/session.ts';
import { claudeAcpUnderTest } from '../support/claudeAcpUnderTest.ts';
import { rulesOnFakes } from '../support/rules.ts';
import type { ModelCall } from '../support/scriptedModel.ts';
import { agentContract } from './contract.ts';

agentContract('Claude Code over ACP', claudeAcpUnderTest);

describe('Claude Code over ACP', () => {
  it('starts every command in the session directory, whatever a command before it did', async () => {
    const agent = await claudeAcpUnderTest();
    fs.mkdirSync(path.join(agent.cwd, 'sub'));
    const newId = ulidSource(Date.now);
    const journal = { append: async () => {} };
    const rules = rulesOnFakes(newId);
    const broker = new Broker({ clock: systemClock, newId, journal, rules });
    const commands: string[] = [];
    broker.onDidRaise(({ id, argsHash, action }) => {
      if (action.tool === 'execute') commands.push(`${action.cwd}: ${action.command}`);
      const by = { kind: 'person', surface: 'cli' } as const;
      setImmediate(() => void broker.answer({ requestId: id, argsHash, outcome: 'allow', by }));
    });
    const session = new Session({
      ref: newSessionRef(newId(), agent.cwd),
      launcher: agent.launcher,
      broker,
      env: agent.env,
      log: () => {},
    });
    try {
      await session.start();
      await session.prompt(
        agent.prompt([
          call('Bash', { command: 'cd sub && touch first' }),
          call('Bash', { command: 'touch second' }),
        ]),
      );
      assert.deepEqual(commands, ['.: cd sub && touch first', '.: touch second']);
      assert.deepEqual(
        ['sub/first', 'second', 'sub/second'].map((file) =>
          fs.existsSync(path.join(agent.cwd, file)),
        ),
        [true, true, false],
      );
    } finally {
      await session.stop();
      await agent.dispose();
    }
  });
});

function call(name: string, input: ModelCall['input']): ModelCall {
  return { name, input };
}
