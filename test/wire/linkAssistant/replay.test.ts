import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { MemoryAgent, response } from './memoryAgent.ts';
import { type Recording, recording, recordings } from './recording.ts';

/** As the launcher starts it. */
const OURS = '--permission-mode ask --input-format stream-json --compact-json';
const ASKED = recordings().filter(({ args }) => {
  const said = args.join(' ');
  return said.startsWith(OURS) && !said.includes('--permission ');
});
const OTHERS = recordings().filter((each) => !ASKED.some(({ name }) => name === each.name));

describe('recorded sessions of agent (link-assistant)', () => {
  for (const each of ASKED) {
    it(`answers as the recorded client did: ${each.name}`, async () => {
      const { memory, expected } = await replay(each);
      assert.deepEqual(memory.written, expected);
      assert.deepEqual(
        memory.settled.filter(({ delivery }) => delivery === 'failed'),
        [],
      );
      assert.deepEqual(memory.broker.pending, []);
    });
  }

  for (const each of OTHERS) {
    it(`allows nothing when it was started in another way: ${each.name}`, async () => {
      const memory = new MemoryAgent();
      for (const recorded of each.lines) {
        if (recorded.kind === 'out') memory.says(recorded.line);
        if (recorded.kind === 'exit') memory.exits(recorded.code, recorded.signal);
        await turn();
      }
      memory.exits(null, 'SIGINT');
      memory.broker.dispose();
      const allowed = memory.written.filter((frame) => stringAt(frame, 'response') !== 'reject');
      assert.deepEqual(allowed, []);
    });
  }

  it('shows what is asked in common words', async () => {
    const actionsOf = async (name: string) =>
      (await replay(recording(name))).memory.settled.map(({ request }) => request.action);
    assert.deepEqual(await actionsOf('bash-once'), [
      { tool: 'execute', command: 'touch made.txt', cwd: '.' },
    ]);
    assert.deepEqual(await actionsOf('edit-once'), [
      { tool: 'edit', path: '/home/dev/project/edit-once/f.txt', change: { kind: 'unseen' } },
    ]);
    assert.deepEqual((await actionsOf('tools-list')).at(-1), {
      tool: 'fetch',
      url: 'http://127.0.0.1:4873/x',
    });
  });

  it('tells of calls that ran without being asked for', async () => {
    const { memory } = await replay(recording('no-ask-forms'));
    const notices = memory.events.flatMap((event) => (event.kind === 'notice' ? event.text : []));
    assert.deepEqual(notices, [
      'agent (link-assistant) ran this without asking: > victim.txt',
      'agent (link-assistant) ran this without asking: cd /tmp',
      'agent (link-assistant) ran this without asking: X=1',
      'agent (link-assistant) ran this without asking: [ -f /etc/hostname',
      'agent (link-assistant) ran this without asking: export A=1',
    ]);
  });
});

/** Feeds a session line by line, with a person who decides as the recorded one did. */
async function replay({ lines }: Recording) {
  const memory = new MemoryAgent();
  const expected: JsonObject[] = [];
  const prompts: string[] = [];
  for (const recorded of lines) {
    switch (recorded.kind) {
      case 'out':
        memory.says(recorded.line);
        await turn();
        if (recorded.line.includes('"stdin-stream"')) {
          await memory.opened();
          // The recorder wrote at once; we wait until it listens.
          for (const text of prompts) void memory.prompts(text);
        }
        break;
      case 'in':
        if (recorded.frame['type'] === 'user') {
          const text = promptText(recorded.frame);
          if (memory.written.length === 0 && prompts.length === 0) prompts.push(text);
          // A message that was queued behind another: we do not send it.
          else if (!memory.isWorking) void memory.prompts(text);
          else break;
          expected.push(userFrame(text));
        } else if (recorded.frame['type'] === 'interrupt') {
          const waiting = memory.broker.pending.map(({ native }) => String(native.requestId));
          await memory.connection.interrupt();
          expected.push({ type: 'interrupt' }, ...waiting.map((id) => response(id, 'reject')));
        } else expected.push(...(await decide(memory, recorded.frame)));
        break;
      case 'exit':
        memory.broker.agentGone('01J0000000000000000000TEST', 'it ended');
        memory.exits(recorded.code, recorded.signal);
        break;
      case 'inputEnded':
        break;
    }
    await turn();
  }
  memory.broker.agentGone('01J0000000000000000000TEST', 'the recording is over');
  return { memory, expected };
}

/** Decides as the recorded client did; returns what we have to write. */
async function decide(memory: MemoryAgent, frame: JsonObject): Promise<JsonObject[]> {
  const id = stringAt(frame, 'permissionID') ?? stringAt(frame, 'permission_id') ?? '';
  const said = stringAt(frame, 'response') ?? '';
  const isWaiting = memory.broker.pending.some(({ native }) => native.requestId === id);
  // Late, unknown, second, or not an answer at all: nothing is sent.
  if (!isWaiting || !['once', 'always', 'reject'].includes(said)) return [];
  const result = await memory.answers(id, said === 'reject' ? 'deny' : 'allow', said);
  assert.ok(result.ok);
  assert.equal(result.value.narrowed, said === 'always');
  return [response(id, said === 'always' ? 'once' : said)];
}

function userFrame(text: string): JsonObject {
  return { type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } };
}

function promptText(frame: JsonObject): string {
  const { message } = frame;
  const content = isJsonObject(message) ? message['content'] : undefined;
  return (Array.isArray(content) ? stringAt(content[0], 'text') : undefined) ?? '';
}
