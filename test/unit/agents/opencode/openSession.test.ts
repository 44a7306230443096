import assert from 'node:assert/strict';
import { ApiError, type OpenCodeApi } from '../../../../src/agents/opencode/api.ts';
import { earlierSession, newSession } from '../../../../src/agents/opencode/openSession.ts';

const RULES = [{ permission: '*', pattern: '*', action: 'ask' }] as const;
const ALLOWING = { permission: 'bash', pattern: '*', action: 'allow' };

/** An OpenCode that has this session. */
function server(session: object | ApiError, messages: unknown = []) {
  const patched: object[] = [];
  const api: OpenCodeApi = {
    get: async (path) => (path.endsWith('/message') ? messages : session),
    post: async () => session,
    patch: async (_, body) => {
      if (session instanceof ApiError) throw session;
      patched.push(body);
    },
    events: () => Promise.reject(new Error('not asked for')),
  };
  return { api, patched };
}

describe('A session of OpenCode', () => {
  it('is opened only where our rules are the last that it has', async () => {
    const opened = await newSession(
      server({ id: 'ses_1', permission: [ALLOWING, ...RULES] }).api,
      'Test',
      RULES,
    );
    assert.deepEqual(opened, { id: 'ses_1', replay: [] });
    for (const permission of [undefined, [], [...RULES, ALLOWING]]) {
      const { api } = server({ id: 'ses_1', permission });
      await assert.rejects(newSession(api, 'Test', RULES), { code: 'agentNotGated' });
      await assert.rejects(earlierSession(api, 'ses_1', RULES), { code: 'agentNotGated' });
    }
    await assert.rejects(newSession(server({ permission: RULES }).api, 'Test', RULES));
  });

  it('gets our rules again when it is resumed, and tells what was said in it', async () => {
    const part = (id: string, more: object) => ({
      id,
      sessionID: 'ses_1',
      messageID: `m_${id}`,
      ...more,
    });
    const { api, patched } = server({ id: 'ses_1', permission: RULES }, [
      { info: { id: 'm1', role: 'user' }, parts: [part('1', { type: 'text', text: 'Do it' })] },
      {
        info: { id: 'm2', role: 'assistant' },
        parts: [
          part('2', {
            type: 'tool',
            callID: 'c1',
            tool: 'bash',
            state: { status: 'completed', input: { command: 'touch a' }, output: '' },
          }),
          part('3', { type: 'text', text: 'Done.' }),
          part('4', { type: 'step-finish' }),
        ],
      },
    ]);
    const { id, replay } = await earlierSession(api, 'ses_1', RULES);
    assert.deepEqual([id, patched], ['ses_1', [{ permission: RULES }]]);
    assert.deepEqual(replay[0], { kind: 'user', text: 'Do it' });
    assert.deepEqual(replay.at(-1), { kind: 'text', text: 'Done.', messageId: 'm2' });
    assert.ok(replay.slice(1, -1).every((event) => event.kind === 'toolCall'));
    assert.ok(replay.length > 2);
  });

  it('is refused where OpenCode does not know it, or opens another one', async () => {
    const unknown = server(new ApiError(404, 'no such session')).api;
    await assert.rejects(earlierSession(unknown, 'ses_1', RULES), /does not know it any more/);
    const other = server({ id: 'ses_2', permission: RULES }).api;
    await assert.rejects(earlierSession(other, 'ses_1', RULES), /opened another one/);
    const broken = server(new ApiError(500, 'broken')).api;
    await assert.rejects(earlierSession(broken, 'ses_1', RULES), ApiError);
  });
});
