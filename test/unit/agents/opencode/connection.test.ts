import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../../../src/agents/opencode/api.ts';
import { waitFor } from '../../../support/waitFor.ts';
import {
  asked,
  MemoryOpenCode,
  PLAN,
  reply,
  toolPart,
} from '../../../wire/opencode/memoryOpenCode.ts';

const DENIED = 'Denied in Countersign. It was not run.';
const ids = (memory: MemoryOpenCode) => memory.broker.pending.map(({ native }) => native.requestId);

describe('The connection to OpenCode', () => {
  afterEach(() => MemoryOpenCode.stopAll());

  it('is refused when its session does not take the rules', async () => {
    await assert.rejects(MemoryOpenCode.start('ses_main', PLAN, false), { code: 'agentNotGated' });
  });

  it('never sends its "always", and goes on after a denial', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.says('permission.asked', asked('per_1'));
    const settled = await memory.answer('per_1', 'allow', { optionId: 'always' });
    assert.equal(settled.narrowed, true);
    await memory.says('permission.asked', asked('per_2'));
    await memory.answer('per_2', 'deny');
    await memory.says('permission.asked', asked('per_3'));
    await memory.answer('per_3', 'deny', { feedback: 'Use b.' });
    assert.deepEqual(memory.replies, [
      reply('per_1', { reply: 'once' }),
      // Without a message OpenCode would end its turn.
      reply('per_2', { reply: 'reject', message: DENIED }),
      reply('per_3', { reply: 'reject', message: 'Use b.' }),
    ]);
  });

  it('holds a denial until nothing else of its conversation waits', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.says('permission.asked', asked('per_1'));
    await memory.says('permission.asked', asked('per_2'));
    await memory.says('permission.asked', asked('per_3', { sessionID: 'ses_child' }));
    await memory.answer('per_1', 'deny', { feedback: 'Not this.' });
    await memory.answer('per_3', 'deny');
    assert.deepEqual(memory.replies, [reply('per_3', { reply: 'reject', message: DENIED })]);
    assert.deepEqual(ids(memory), ['per_2']);
    await memory.answer('per_2', 'allow');
    assert.deepEqual(memory.replies.slice(1), [
      reply('per_2', { reply: 'once' }),
      reply('per_1', { reply: 'reject', message: 'Not this.' }),
    ]);
  });

  it('sends the words of all denials with the first, which takes the others down', async () => {
    const memory = await MemoryOpenCode.start();
    for (const id of ['per_1', 'per_2']) await memory.says('permission.asked', asked(id));
    await memory.answer('per_1', 'deny', { feedback: 'Not this.' });
    await memory.answer('per_2', 'deny', { feedback: 'Nor that.' });
    const message = 'Not this.\nNor that.';
    assert.deepEqual(memory.replies[0], reply('per_1', { reply: 'reject', message }));
    assert.deepEqual(memory.notices, [
      'OpenCode ends its turn when several calls at once are denied.',
    ]);
  });

  it('closes what was answered inside OpenCode, and sends nothing', async () => {
    const memory = await MemoryOpenCode.start();
    for (const id of ['per_1', 'per_2']) await memory.says('permission.asked', asked(id));
    await memory.says('permission.replied', { requestID: 'per_1', reply: 'once' });
    await memory.says('permission.replied', { requestID: 'per_2', reply: 'reject' });
    assert.deepEqual(ids(memory), []);
    assert.deepEqual(memory.posted, []);
    assert.deepEqual(
      memory.settled.map(({ decision }) => [decision.outcome, decision.by.kind]),
      [
        ['deny', 'agentWithdrew'],
        ['deny', 'agentWithdrew'],
      ],
    );
    assert.deepEqual(memory.notices, ['Answered inside OpenCode, not here: touch a']);
  });

  it('loses nothing and doubles nothing when the events break', async () => {
    const memory = await MemoryOpenCode.start();
    for (const id of ['per_1', 'per_2', 'per_3']) await memory.says('permission.asked', asked(id));
    await memory.answer('per_3', 'allow');
    // Meanwhile per_1 was answered and per_4 was asked. per_3 is still listed: our answer is on its way.
    const listed = ['per_2', 'per_3', 'per_4'].map((id) => asked(id));
    memory.answers.set('/permission', listed);
    memory.cut();
    await waitFor(() => memory.connections === 2 && ids(memory).includes('per_4'), 'per_4');
    assert.deepEqual(ids(memory), ['per_2', 'per_4']);
    await memory.says('permission.asked', asked('per_4'));
    await memory.says('permission.asked', asked('per_3'));
    assert.deepEqual(ids(memory), ['per_2', 'per_4']);
    await memory.answer('per_4', 'allow');
    assert.deepEqual(memory.replies, [
      reply('per_3', { reply: 'once' }),
      reply('per_4', { reply: 'once' }),
    ]);
  });

  it('hears of the end of a turn that it missed, and of all that was said', async () => {
    const memory = await MemoryOpenCode.start();
    const turn = memory.prompts('go');
    await memory.says('session.status', { sessionID: 'ses_main', status: { type: 'busy' } });
    await memory.says('message.updated', { info: { id: 'msg_1', role: 'assistant' } });
    const text = { id: 'prt_1', sessionID: 'ses_main', messageID: 'msg_1', type: 'text' };
    await memory.says('message.part.updated', { part: { ...text, text: '' } });
    await memory.says('message.part.delta', {
      partID: 'prt_1',
      messageID: 'msg_1',
      field: 'text',
      delta: 'Half',
    });
    const info = { id: 'msg_1', role: 'assistant', time: { created: Date.now() + 1 } };
    const parts = [{ ...text, text: 'Half and half.' }];
    memory.answers.set('/session/ses_main/message', [{ info, parts }]);
    memory.answers.set('/session/status', {});
    memory.cut();
    assert.deepEqual(await turn, { reason: 'done' });
    const said = memory.events.flatMap((event) => (event.kind === 'text' ? event.text : []));
    assert.deepEqual(said, ['Half', ' and half.']);
  });

  it('takes back what waits with an interrupt, and rejects what OpenCode keeps', async () => {
    const memory = await MemoryOpenCode.start();
    const turn = memory.prompts('go');
    await memory.says('session.status', { sessionID: 'ses_main', status: { type: 'busy' } });
    await memory.says('permission.asked', asked('per_1'));
    memory.answers.set('/permission', [asked('per_1'), asked('per_2')]);
    await memory.connection.interrupt();
    await memory.says('session.idle', { sessionID: 'ses_main' });
    assert.deepEqual(await turn, { reason: 'interrupted' });
    await sleep(20);
    assert.deepEqual(ids(memory), []);
    assert.deepEqual(
      memory.posted.slice(1).map(({ path }) => path),
      ['/session/ses_main/abort', '/permission/per_1/reply', '/permission/per_2/reply'],
    );
    for (const { body } of memory.replies) assert.deepEqual(body, { reply: 'reject' });
  });

  it('rejects nothing before OpenCode has heard of the interrupt, also when a sub-agent ends meanwhile', async () => {
    const memory = await MemoryOpenCode.start();
    let hear = () => {};
    memory.abortHeard = new Promise((resolve) => {
      hear = resolve;
    });
    const turn = memory.prompts('go');
    await memory.says('session.status', { sessionID: 'ses_main', status: { type: 'busy' } });
    const interrupted = memory.connection.interrupt();
    await memory.says('session.idle', { sessionID: 'ses_sub' });
    await memory.says('permission.asked', asked('per_1'));
    assert.deepEqual(memory.replies, []);
    hear();
    await interrupted;
    await turn;
    await sleep(20);
    assert.deepEqual(
      memory.replies.map(({ body }) => body),
      [{ reply: 'reject' }],
    );
  });

  it('does not take a late "idle" for the end of the next turn', async () => {
    const memory = await MemoryOpenCode.start();
    let ended = false;
    void memory.prompts('go').then(() => {
      ended = true;
    });
    await memory.says('session.idle', { sessionID: 'ses_main' });
    assert.equal(ended, false);
    await memory.says('session.status', { sessionID: 'ses_main', status: { type: 'busy' } });
    await memory.says('session.idle', { sessionID: 'ses_main' });
    assert.equal(ended, true);
  });

  it('ends a turn that fails without an "idle"', async () => {
    const memory = await MemoryOpenCode.start();
    const turn = memory.prompts('go');
    const error = { name: 'UnknownError', data: { message: 'Agent not found: "x"\n  at y' } };
    await memory.says('session.error', { sessionID: 'ses_main', error });
    assert.deepEqual(await turn, { reason: 'error', message: 'Agent not found: "x"' });
  });

  it('says that nobody is signed in', async () => {
    const memory = await MemoryOpenCode.start();
    const turn = memory.prompts('go');
    const error = { name: 'ProviderAuthError', data: { message: 'no key' } };
    await memory.says('session.error', { sessionID: 'ses_main', error });
    await memory.says('session.idle', { sessionID: 'ses_main' });
    await assert.rejects(turn, { code: 'notSignedIn' });
  });

  it('refuses a request that cannot be read, and stops at one without an id', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.says('permission.asked', { ...asked('per_1'), metadata: 'text' });
    assert.deepEqual(ids(memory), []);
    const message = 'It could not be shown to anybody.';
    assert.deepEqual(memory.replies, [reply('per_1', { reply: 'reject', message })]);
    await memory.says('permission.asked', { patterns: [] });
    assert.equal((await memory.connection.exited).error?.code, 'badFrame');
  });

  it('says when OpenCode did not wait for an answer any more', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.says('permission.asked', asked('per_1'));
    memory.refusals.set('/permission/per_1/reply', new ApiError(404, 'not found'));
    await memory.answer('per_1', 'allow');
    assert.deepEqual(memory.notices, ['OpenCode did not wait for an answer any more: touch a']);
  });

  it('stops when an answer cannot be sent', async () => {
    const memory = await MemoryOpenCode.start();
    for (const id of ['per_1', 'per_2']) await memory.says('permission.asked', asked(id));
    memory.refusals.set('/permission/per_1/reply', new TypeError('fetch failed'));
    await memory.answer('per_1', 'allow');
    assert.equal((await memory.connection.exited).error?.code, 'agentError');
    assert.deepEqual(ids(memory), []);
  });

  it('shows no text of a sub-agent, but its calls and requests', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.says('message.updated', { info: { id: 'msg_2', role: 'assistant' } });
    const part = { id: 'p', sessionID: 'ses_child', messageID: 'msg_2', type: 'text', text: 'Hm' };
    await memory.says('message.part.updated', { part });
    await memory.says('message.part.updated', toolPart('c1', 'read', { status: 'running' }));
    await memory.says('permission.asked', asked('per_1', { sessionID: 'ses_child' }));
    assert.deepEqual(
      memory.events.map(({ kind }) => kind),
      ['toolCall', 'toolCall', 'toolCall'],
    );
    assert.deepEqual(ids(memory), ['per_1']);
  });

  it('says with the first turn what had to be switched off', async () => {
    const memory = await MemoryOpenCode.start('ses_main', { ...PLAN, notices: ['Off.'] });
    void memory.prompts('go');
    assert.deepEqual(memory.notices, ['Off.']);
  });
});
