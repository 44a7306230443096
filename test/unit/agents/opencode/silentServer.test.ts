import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, httpApi } from '../../../../src/agents/opencode/api.ts';
import { noAnswer } from '../../../../src/agents/opencode/errors.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { asked, MemoryOpenCode, PLAN } from '../../../wire/opencode/memoryOpenCode.ts';

describe('An OpenCode that takes what it is sent and does not answer', () => {
  afterEach(() => MemoryOpenCode.stopAll());

  const impatient = () => MemoryOpenCode.start('ses_main', PLAN, true, 20);
  const failure = async (memory: MemoryOpenCode) => {
    const { error } = await memory.connection.exited;
    assert.ok(error, 'its process was ended');
    return error.message;
  };

  it('is said not to have confirmed what was allowed, which may run; a rejection is held back meanwhile', async () => {
    const memory = await impatient();
    memory.hangs.add('/permission/per_1/reply');
    for (const id of ['per_1', 'per_2']) await memory.says('permission.asked', asked(id));
    await memory.answer('per_1', 'allow');
    await memory.answer('per_2', 'deny');
    await waitFor(() => memory.notices.length > 0, 'a notice');
    assert.deepEqual(memory.notices, [
      'OpenCode has not confirmed yet that it was told what is allowed, so this may run or not: touch a. You can end the session.',
    ]);
    assert.equal(memory.replies.length, 1);
  });

  it('is ended when that goes on, with words that leave open what became of it', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.says('permission.asked', asked('per_1', { metadata: { command: 'git push' } }));
    memory.refusals.set('/permission/per_1/reply', noAnswer(120_000));
    await memory.answer('per_1', 'allow');
    assert.match(await failure(memory), /this may have run or not: git push\. It was stopped/);
  });

  it('is said not to have confirmed a denial, and is ended when that goes on', async () => {
    const memory = await impatient();
    for (const id of ['per_1', 'per_2']) await memory.says('permission.asked', asked(id));
    memory.hangs.add('/permission/per_1/reply');
    memory.refusals.set('/permission/per_2/reply', noAnswer(120_000));
    await memory.says('permission.replied', { requestID: 'per_2', reply: 'reject' });
    await memory.answer('per_1', 'deny');
    await waitFor(() => memory.notices.length > 0, 'a notice');
    assert.match(memory.notices[0] ?? '', /has not confirmed a denial yet.* does not run/);
    await memory.says('permission.asked', asked('per_3'));
    memory.refusals.set('/permission/per_3/reply', noAnswer(120_000));
    await memory.answer('per_3', 'deny');
    assert.match(
      await failure(memory),
      /has not answered for 120 seconds.*nothing that was waiting/,
    );
  });

  it('is said not to have confirmed a message, and is ended when that goes on', async () => {
    const memory = await impatient();
    memory.hangs.add('/session/ses_main/prompt_async');
    void memory.prompts('go');
    await waitFor(() => memory.notices.length > 0, 'a notice');
    assert.match(memory.notices[0] ?? '', /not confirmed yet that it got your message/);
    const other = await impatient();
    other.refusals.set('/session/ses_main/prompt_async', noAnswer(120_000));
    const turn = other.prompts('go');
    assert.match(await failure(other), /it may have begun with it\. It was stopped/);
    await assert.rejects(turn, { code: 'agentError' });
  });

  it('does not hold up a turn whose end it tells', async () => {
    const memory = await impatient();
    memory.hangs.add('/session/ses_main/prompt_async');
    const turn = memory.prompts('go');
    await memory.says('session.status', { sessionID: 'ses_main', status: { type: 'busy' } });
    await memory.says('session.idle', { sessionID: 'ses_main' });
    assert.deepEqual(await turn, { reason: 'done' });
  });

  it('is ended when it does not stop a turn that the person stops', async () => {
    for (const how of ['hangs', 'refuses'] as const) {
      const memory = await impatient();
      const path = '/session/ses_main/abort';
      if (how === 'hangs') memory.hangs.add(path);
      else memory.refusals.set(path, new ApiError(500, 'no'));
      const turn = memory.prompts('go');
      await memory.says('session.status', { sessionID: 'ses_main', status: { type: 'busy' } });
      await memory.says('permission.asked', asked('per_1'));
      void memory.connection.interrupt();
      assert.match(await failure(memory), /did not stop when it was told to/);
      // Not told to be over before it is.
      await assert.rejects(turn, { code: 'agentError' });
      assert.deepEqual(memory.replies, []);
    }
  });

  it('hides no request: it is shown without what could not be looked up', async () => {
    const memory = await impatient();
    memory.hangs.add('/session/ses_main/message/msg_1');
    await memory.says('permission.asked', asked('per_1'));
    await waitFor(() => memory.waiting('per_1') !== undefined, 'the request');
    assert.deepEqual(memory.waiting('per_1')?.display.oneLine, 'touch a');
  });
});

describe('A call to a server that takes it and goes silent', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let url: string;

  beforeEach(async () => {
    server = createServer((_, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    url = `http://127.0.0.1:${port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const waiting = (limitMs: number) =>
    httpApi({ url, password: 'p', directory: '/home/dev', limitMs });

  it('is cut off, before the answer and in the middle of it', async () => {
    for (const way of [
      () => undefined,
      (response: ServerResponse) => void response.writeHead(200).write('{"half":'),
    ]) {
      answer = way;
      const api = waiting(100);
      const expected = { name: 'UserError', message: noAnswer(100).message };
      await assert.rejects(api.get('/config'), expected);
      await assert.rejects(api.post('/session', {}), expected);
      await assert.rejects(api.patch('/session/1', {}), expected);
    }
  });

  it('is cut off for events that do not begin; events that have begun may be silent for longer', async () => {
    answer = () => undefined;
    const { signal } = new AbortController();
    await assert.rejects(waiting(100).events(signal), { name: 'UserError' });
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      void sleep(2000).then(() => response.end('data: {"type":"late"}\n\n'));
    };
    const came: unknown[] = [];
    for await (const event of await waiting(1500).events(signal)) came.push(event);
    assert.deepEqual(came, [{ type: 'late' }]);
  });
});
