import assert from 'node:assert/strict';
import { isJsonObject, stringAt } from '../../../src/base/json.ts';
import { MemoryOpenCode, type Posted, reply } from './memoryOpenCode.ts';
import { type Recorded, recording, recordings } from './recording.ts';

const DENIED = 'Denied in Countersign. It was not run.';

describe('recorded sessions of OpenCode', () => {
  afterEach(() => MemoryOpenCode.stopAll());

  for (const name of recordings()) {
    it(`answers as the recorded client did: ${name}`, async () => {
      const { memory, expected } = await replay(recording(name));
      assert.deepEqual(memory.replies, expected);
      assert.deepEqual(
        memory.settled.filter(({ delivery }) => delivery === 'failed'),
        [],
      );
      assert.deepEqual(memory.broker.pending, []);
    });
  }

  it('shows what is asked in common words', async () => {
    const { memory } = await replay(recording('serve-basic'));
    const actions = memory.settled.map(({ request }) => request.action);
    assert.deepEqual(actions[0], { tool: 'execute', command: 'echo hello-once', cwd: '.' });
    assert.deepEqual(
      actions.map(({ tool }) => tool),
      ['execute', 'execute', 'execute', 'execute', 'edit', 'edit', 'execute', 'other', 'execute'],
    );
    const place = actions[7];
    assert.deepEqual(place, {
      tool: 'other',
      toolName: 'external_directory',
      input: {
        patterns: ['/etc/*'],
        command: 'cat /etc/hostname',
        directories: ['/etc'],
      },
    });
  });

  it('shows two requests for the one call that asks twice', async () => {
    const { memory } = await replay(recording('serve-basic'));
    const [place, call] = memory.settled.slice(-2).map(({ request }) => request.native);
    assert.equal(place?.callId, call?.callId);
    assert.notEqual(place?.requestId, call?.requestId);
  });

  it('closes what a rejection takes down beside it', async () => {
    const { memory } = await replay(recording('serve-reject-msg-cascade'));
    assert.deepEqual(
      memory.settled.slice(0, 2).map(({ decision }) => decision.by.kind),
      ['person', 'agentWithdrew'],
    );
  });

  it('closes what is left after an abort', async () => {
    const { memory } = await replay(recording('serve-wait95'));
    assert.deepEqual(
      memory.settled.map(({ decision }) => [decision.by.kind, decision.outcome]),
      [
        ['person', 'allow'],
        ['agentWithdrew', 'deny'],
      ],
    );
  });

  it('tells what the model says, once', async () => {
    const { memory } = await replay(recording('serve-basic'));
    const said = memory.events.flatMap((event) => (event.kind === 'text' ? event.text : []));
    assert.equal(said[0], 'DONE tools=["hello-once\\n"]');
    assert.equal(new Set(said).size, said.length);
  });
});

/** Feeds a session event by event, with a person who decides as the recorded client did. */
async function replay(lines: readonly Recorded[]) {
  const memory = await MemoryOpenCode.start(firstSession(lines));
  tellMessages(memory, lines);
  const expected: Posted[] = [];
  for (const recorded of lines) {
    if (recorded.kind === 'event') {
      const open = memory.broker.pending.map(({ native }) => String(native.requestId));
      await memory.event(recorded.event);
      // Taken back because its turn is over, and not because it was answered: OpenCode keeps it, so it is rejected.
      if (recorded.event['type'] === 'session.idle')
        for (const id of open)
          if (!memory.waiting(id)) expected.push(reply(id, { reply: 'reject' }));
    } else if (recorded.kind === 'request') {
      expected.push(...(await decide(memory, recorded)));
    }
  }
  memory.broker.agentGone('01J0000000000000000000TEST', 'the recording is over');
  await memory.connection.stop();
  return { memory, expected };
}

/** Decides as the recorded client did; returns what we have to post. */
async function decide(
  memory: MemoryOpenCode,
  { body, path }: Extract<Recorded, { kind: 'request' }>,
): Promise<Posted[]> {
  if (path.endsWith('/prompt_async')) {
    if (path.split('/')[2] === memory.sessionId) void memory.prompts('go');
    return [];
  }
  const id = /^\/permission\/(\w+)\/reply$/.exec(path)?.[1];
  const said = stringAt(body, 'reply') ?? '';
  const request = id === undefined ? undefined : memory.waiting(id);
  // Late, or a second answer: nothing is sent.
  if (id === undefined || !request) return [];
  const message = stringAt(body, 'message');
  const isAlone = memory.broker.pending.length === 1;
  const settled = await memory.answer(id, said === 'reject' ? 'deny' : 'allow', {
    optionId: said,
    ...(message !== undefined && { feedback: message }),
  });
  assert.equal(settled.narrowed, said === 'always');
  if (said !== 'reject') return [reply(id, { reply: 'once' })];
  // Held, as long as a rejection would take others down.
  return isAlone ? [reply(id, { reply: 'reject', message: message ?? DENIED })] : [];
}

/** What `GET /session/{id}/message/{id}` answers while a call runs. */
function tellMessages(memory: MemoryOpenCode, lines: readonly Recorded[]): void {
  for (const line of lines) {
    const properties = line.kind === 'event' ? line.event['properties'] : undefined;
    const part = isJsonObject(properties) ? properties['part'] : undefined;
    const state = isJsonObject(part) ? part['state'] : undefined;
    if (!isJsonObject(part) || stringAt(state, 'status') !== 'running') continue;
    const [session = '', message = ''] = ['sessionID', 'messageID'].map((key) =>
      stringAt(part, key),
    );
    memory.answers.set(`/session/${session}/message/${message}`, { parts: [part] });
  }
}

function firstSession(lines: readonly Recorded[]): string {
  for (const line of lines)
    if (line.kind === 'response' && line.path === '/session' && isJsonObject(line.body))
      return stringAt(line.body, 'id') ?? '';
  return 'ses_main';
}
