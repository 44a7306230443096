import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claudeUnderTest } from '../support/claudeUnderTest.ts';
import { codexUnderTest } from '../support/codexUnderTest.ts';
import { type AgentUnderTest, Conversation, isThere } from './conversation.ts';

/** How each agent keeps the mode of a session on disk, and the mode in which it would not ask. */
const KEPT: readonly {
  readonly name: string;
  setup(): Promise<AgentUnderTest>;
  readonly home: string;
  readonly mode: RegExp;
  readonly loose: string;
}[] = [
  {
    name: 'Claude Code',
    setup: claudeUnderTest,
    home: 'CLAUDE_CONFIG_DIR',
    mode: /"permissionMode":"default"/g,
    loose: '"permissionMode":"bypassPermissions"',
  },
  {
    name: 'OpenAI Codex',
    setup: codexUnderTest,
    home: 'CODEX_HOME',
    mode: /"approval_policy":"(?:untrusted|unless-trusted)"/g,
    loose: '"approval_policy":"never"',
  },
];

for (const { name, setup, home, mode, loose } of KEPT)
  describe(`${name}: an earlier session that was in a mode that does not ask`, () => {
    let agent: AgentUnderTest;
    let conversation: Conversation;

    beforeEach(async () => {
      agent = await setup();
      conversation = new Conversation(agent);
    });
    afterEach(async () => {
      await conversation.stop();
      await agent.dispose();
    });

    it('asks for every call once it is resumed', async () => {
      await conversation.start();
      const first = conversation.connection.prompt(agent.prompt([agent.makeFile('first')]));
      await conversation.answer(await conversation.one(), 'allow');
      await first;
      const id = conversation.connection.nativeSessionId;
      await conversation.stop();
      assert.ok(rewritten(agent.env[home] ?? '', mode, loose) > 0, 'It keeps its mode');

      conversation = new Conversation(agent);
      await conversation.start(id);
      const second = conversation.connection.prompt(agent.prompt([agent.makeFile('second')]));
      await conversation.answer(await conversation.one(), 'deny');
      await second;
      assert.equal(isThere(agent, 'second'), false);
    });
  });

/** How many places were changed in the records of the agent's sessions. */
function rewritten(folder: string, from: RegExp, to: string): number {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl'));
  let count = 0;
  for (const file of files) {
    const name = path.join(folder, file);
    const before = fs.readFileSync(name, 'utf8');
    count += before.match(from)?.length ?? 0;
    fs.writeFileSync(name, before.replace(from, to));
  }
  return count;
}
