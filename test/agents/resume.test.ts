import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { copilotUnderTest, geminiUnderTest, qwenUnderTest } from '../support/acpCliUnderTest.ts';
import { claudeAcpUnderTest } from '../support/claudeAcpUnderTest.ts';
import { claudeUnderTest } from '../support/claudeUnderTest.ts';
import { codexAcpUnderTest } from '../support/codexAcpUnderTest.ts';
import { codexUnderTest } from '../support/codexUnderTest.ts';
import { linkAgentUnderTest } from '../support/linkAgentUnderTest.ts';
import { openCodeAcpUnderTest, openCodeUnderTest } from '../support/openCodeUnderTest.ts';
import { type AgentUnderTest, Conversation } from './conversation.ts';

interface Resumable {
  readonly name: string;
  setup(): Promise<AgentUnderTest>;
  /** It tells again what was said before. */
  readonly replays: boolean;
  /** An id that is well-formed and that it does not know. */
  readonly unknownId: string;
  /** What has to be so for it to find the session again. */
  beforeResume?(agent: AgentUnderTest): void;
}

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const AGENTS: readonly Resumable[] = [
  { name: 'Claude Code', setup: claudeUnderTest, replays: false, unknownId: UUID },
  { name: 'OpenAI Codex', setup: codexUnderTest, replays: true, unknownId: UUID },
  { name: 'OpenCode', setup: openCodeUnderTest, replays: true, unknownId: 'ses_unknown' },
  {
    name: 'agent (link-assistant), stand-in',
    setup: linkAgentUnderTest,
    replays: false,
    unknownId: 'ses_unknown',
  },
  {
    name: 'Claude Code over ACP',
    setup: claudeAcpUnderTest,
    replays: true,
    unknownId: UUID,
  },
  { name: 'Codex over ACP', setup: codexAcpUnderTest, replays: true, unknownId: UUID },
  {
    name: 'OpenCode over ACP',
    setup: openCodeAcpUnderTest,
    replays: true,
    unknownId: 'ses_unknown',
  },
  { name: 'GitHub Copilot CLI', setup: copilotUnderTest, replays: true, unknownId: UUID },
  { name: 'Qwen Code', setup: qwenUnderTest, replays: true, unknownId: UUID },
  {
    name: 'Gemini CLI',
    setup: geminiUnderTest,
    replays: true,
    unknownId: UUID,
    // It names the file of a session by the minute, and empties one of this minute when it loads it (0.61.0).
    beforeResume: ({ env }) => {
      const chats = path.join(env['HOME'] ?? '', '.gemini/tmp/project/chats');
      for (const name of fs.readdirSync(chats))
        fs.renameSync(
          path.join(chats, name),
          path.join(chats, name.replace(/T\d\d-\d\d/, 'T00-00')),
        );
    },
  },
];

for (const { beforeResume, name, replays, setup, unknownId } of AGENTS)
  describe(`${name}: an earlier session`, () => {
    let agent: AgentUnderTest;
    let conversation: Conversation;
    const isThere = (file: string) => fs.existsSync(path.join(agent.cwd, file));

    beforeEach(async () => {
      agent = await setup();
      conversation = new Conversation(agent);
    });
    afterEach(async () => {
      await conversation.stop();
      await agent.dispose();
    });

    it('is resumed, and every call is asked for as before', async () => {
      await conversation.start();
      const first = conversation.connection.prompt(agent.prompt([agent.makeFile('first')]));
      await conversation.answer(await conversation.one(), 'allow');
      await first;
      const id = conversation.connection.nativeSessionId;
      assert.ok(id, 'It has an id');
      await conversation.stop();
      beforeResume?.(agent);

      conversation = new Conversation(agent);
      await conversation.start(id);
      assert.deepEqual(conversation.broker.pending, []);
      assert.deepEqual(conversation.journal, []);
      const replay = conversation.connection.replay ?? [];
      const kinds = new Set(replay.map(({ kind }) => kind));
      assert.deepEqual([kinds.has('user'), kinds.has('text')], [replays, replays]);

      const second = conversation.connection.prompt(agent.prompt([agent.makeFile('second')]));
      await conversation.answer(await conversation.one(), 'deny');
      await second;
      const third = conversation.connection.prompt(agent.prompt([agent.makeFile('third')]));
      await conversation.answer(await conversation.one(), 'allow');
      await third;
      assert.deepEqual(['first', 'second', 'third'].map(isThere), [true, false, true]);
      assert.equal(conversation.connection.nativeSessionId, id);
    });

    it('that it does not know is refused', async () => {
      const error = await conversation
        .start(unknownId)
        .then(
          () => conversation.connection.prompt(agent.prompt([agent.makeFile('made')])),
          (reason: unknown) => reason,
        )
        .catch((reason: unknown) => reason);
      // By its name: the agents are loaded as modules of another kind.
      assert.ok(error instanceof Error && error.name === 'UserError', String(error));
      assert.equal(isThere('made'), false);
    });
  });
