import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker, type Settled } from '../../src/permission/broker.ts';
import type { JournalEntry } from '../../src/permission/journalPort.ts';
import type { StoredRules } from '../../src/permission/storedRules.ts';
import { RulesFile } from '../../src/storage/rules/rulesFile.ts';
import { copilotUnderTest, geminiUnderTest, qwenUnderTest } from '../support/acpCliUnderTest.ts';
import { claudeUnderTest } from '../support/claudeUnderTest.ts';
import { codexUnderTest } from '../support/codexUnderTest.ts';
import { openCodeAcpUnderTest, openCodeUnderTest } from '../support/openCodeUnderTest.ts';
import { rulesOnFakes } from '../support/rules.ts';
import { removeFolder, temporaryFolder } from '../support/testFolder.ts';
import { type AgentUnderTest, Conversation, person, SLOW } from './conversation.ts';

const OTHERS: readonly (readonly [name: string, setup: () => Promise<AgentUnderTest>])[] = [
  ['OpenAI Codex', codexUnderTest],
  ['Gemini CLI', geminiUnderTest],
  ['Qwen Code', qwenUnderTest],
  ['OpenCode', openCodeUnderTest],
  ['OpenCode over ACP', openCodeAcpUnderTest],
  ['GitHub Copilot CLI', copilotUnderTest],
];

/** The real command lines, one after the other in one folder, with one broker and one store of rules on disk. */
describe('one click, every agent: an "always" for a command of Claude Code', () => {
  let folder: string;
  let cwd: string;
  let file: RulesFile;
  let rules: StoredRules;
  let broker: Broker;
  const journal: JournalEntry[] = [];
  const settled: Settled[] = [];
  const made = () => fs.existsSync(path.join(cwd, 'made'));

  before(async () => {
    folder = temporaryFolder();
    cwd = path.join(fs.realpathSync(folder), 'project');
    fs.mkdirSync(cwd);
    const newId = ulidSource(systemClock.now);
    const append = async (entry: JournalEntry) => void journal.push(entry);
    file = new RulesFile(path.join(folder, 'rules.json'));
    rules = rulesOnFakes(newId, { stores: new Map([['global', file]]), journal: { append } });
    broker = new Broker({ clock: systemClock, newId, rules, journal: { append } });
    broker.onDidSettle((each) => settled.push(each));
    await withAgent(claudeUnderTest, async (conversation, turn) => {
      const request = await conversation.one();
      const rule = { scope: 'global', match: 'exact' } as const;
      await conversation.answer(request, 'allow', { rule });
      await turn;
    });
  });

  after(() => {
    rules.dispose();
    file.dispose();
    removeFolder(folder);
  });

  beforeEach(() => fs.rmSync(path.join(cwd, 'made'), { force: true }));

  for (const [name, setup] of OTHERS) {
    it(`${name} runs the same command without asking`, async function () {
      this.timeout(2 * SLOW);
      const asked: string[] = [];
      const listening = broker.onDidRaise(({ display }) => asked.push(display.oneLine));
      const before = settled.length;
      await withAgent(setup, async (_, turn) => {
        const first = await Promise.race([turn, firstRaised(broker)]);
        assert.notEqual(first, 'asked', `It asked: ${asked.join('; ')}`);
      });
      listening.dispose();
      assert.deepEqual(asked, []);
      assert.equal(made(), true);
      const [rule] = rules.all;
      assert.deepEqual(
        settled.slice(before).map(({ decision, delivery }) => [decision.by, delivery]),
        [[{ kind: 'rule', id: rule?.id, scope: 'global' }, 'delivered']],
      );
    });
  }

  it('Codex asks for the same command again once the rule is revoked', async function () {
    this.timeout(2 * SLOW);
    for (const { id } of rules.all) await rules.remove(id, person);
    await withAgent(codexUnderTest, async (conversation, turn) => {
      await conversation.answer(await conversation.one(), 'deny');
      await turn;
    });
    assert.equal(made(), false);
  });

  /** Has an agent try `touch made` in the folder of all. */
  async function withAgent(
    setup: () => Promise<AgentUnderTest>,
    run: (conversation: Conversation, turn: Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const agent = await setup();
    const conversation = new Conversation({ ...agent, cwd }, { broker });
    try {
      await conversation.start();
      await run(
        conversation,
        conversation.connection.prompt(agent.prompt([agent.makeFile('made')])),
      );
    } finally {
      await conversation.stop();
      await agent.dispose();
    }
  }
});

function firstRaised(broker: Broker): Promise<'asked'> {
  return new Promise((resolve) => {
    const listening = broker.onDidRaise(() => {
      listening.dispose();
      resolve('asked');
    });
  });
}
