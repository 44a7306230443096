import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createLauncher } from '../../src/agents/catalog.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import type { StoredRules } from '../../src/permission/storedRules.ts';
import { RulesFile } from '../../src/storage/rules/rulesFile.ts';
import { claudeProgram } from '../support/agentCache.ts';
import { type ClaudeUnderTest, claudeUnderTest } from '../support/claudeUnderTest.ts';
import { rulesOnFakes } from '../support/rules.ts';
import { ROOT } from '../support/testFolder.ts';
import { Conversation, isThere } from './conversation.ts';

/** The real Claude Code, one conversation after the other, with a server in its own settings. */
describe('a rule for a call of an MCP server', () => {
  let agent: ClaudeUnderTest;
  let rules: StoredRules;
  let file: RulesFile;
  let broker: Broker;
  beforeEach(async () => {
    agent = await claudeUnderTest();
    const newId = ulidSource(systemClock.now);
    file = new RulesFile(path.join(agent.folder, 'rules.json'));
    rules = rulesOnFakes(newId, { stores: new Map([['global', file]]) });
    broker = new Broker({ clock: systemClock, newId, rules, journal: { append: async () => {} } });
  });
  afterEach(async () => {
    broker.dispose();
    rules.dispose();
    file.dispose();
    await agent.dispose();
  });

  /** Has the settings of the person name a server `tracker`, with these more arguments. */
  function configure(...more: readonly string[]): void {
    const settings = path.join(agent.folder, 'config', '.claude.json');
    const kept = fs.existsSync(settings) ? JSON.parse(fs.readFileSync(settings, 'utf8')) : {};
    const args = [path.join(ROOT, 'test/support/parallelMcpServer.mjs'), ...more];
    const tracker = { type: 'stdio', command: process.execPath, args };
    fs.writeFileSync(settings, JSON.stringify({ ...kept, mcpServers: { tracker } }));
  }

  /** One conversation, in which the server's tool is called. */
  async function withCall(
    run: (conversation: Conversation, turn: Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    fs.rmSync(path.join(agent.cwd, 'made'), { force: true });
    const commands = { claude: await claudeProgram() };
    const launcher = await createLauncher('claude', { commands, demoProgram: '' });
    const conversation = new Conversation({ ...agent, launcher }, { broker });
    try {
      await conversation.start();
      const calls = [{ name: 'mcp__tracker__mark', input: { file: 'made' } }];
      await run(conversation, conversation.connection.prompt(agent.model.script({ calls })));
    } finally {
      await conversation.stop();
    }
  }

  it('answers for that server, and not for another one of its name', async function () {
    this.timeout(120_000);
    configure();
    await withCall(async (conversation, turn) => {
      const request = await conversation.one();
      assert.match(request.mcpServerHash ?? '', /^[0-9a-f]{64}$/);
      const rule = { scope: 'global', match: 'exact' } as const;
      await conversation.answer(request, 'allow', { rule });
      await turn;
    });
    await withCall(async (conversation, turn) => {
      await turn;
      assert.equal(conversation.settled.at(-1)?.decision.by.kind, 'rule');
      assert.equal(isThere(agent, 'made'), true);
    });
    configure('--another');
    await withCall(async (conversation, turn) => {
      const request = await conversation.one();
      assert.equal(
        broker.whyAsked(request.id)?.why,
        'The MCP server "tracker" is not the one that the rule was made for.',
      );
      await conversation.answer(request, 'deny');
      await turn;
      assert.equal(isThere(agent, 'made'), false);
    });
  });
});
