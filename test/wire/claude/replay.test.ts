import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { MemoryClaude } from './memoryClaude.ts';
import { type Recorded, recording, recordings } from './recording.ts';

/** In these the mode is changed from outside, after which Claude Code would not ask; see the test below. */
const UNGATED = ['always-setmode', 'set-permission-mode'];

describe('recorded sessions of Claude Code', () => {
  for (const name of recordings().filter((each) => !UNGATED.includes(each))) {
    it(`answers as the recorded client did: ${name}`, async () => {
      const { memory, expected } = await replay(recording(name));
      assert.deepEqual(memory.written, expected);
      assert.deepEqual(
        memory.settled.filter(({ delivery }) => delivery === 'failed'),
        [],
      );
      assert.deepEqual(memory.pending, []);
    });
  }

  for (const name of UNGATED) {
    it(`stops when its mode stops asking: ${name}`, async () => {
      const { memory } = await replay(recording(name));
      const { error } = await memory.connection.exited;
      assert.equal(error?.code, 'agentNotGated');
      assert.match(error?.message ?? '', /permission mode is acceptEdits/);
    });
  }
});

/** Of the call in `allow-noinput`. */
const INPUT = { command: 'pnpm test', description: 'Run the test suite' };

/** Feeds a session frame by frame, with a person who decides as the recorded one did. */
async function replay(frames: readonly Recorded[]) {
  const memory = await MemoryClaude.start();
  const expected: JsonObject[] = [];
  let interruptId = '';
  for (const recorded of frames) {
    if (recorded.kind === 'exit') {
      memory.broker.agentGone('01J0000000000000000000TEST', 'it ended');
      memory.exits(recorded.code, recorded.signal);
    } else if (recorded.kind === 'out') {
      memory.says(renamed(recorded.frame, interruptId));
    } else {
      const { frame } = recorded;
      const subtype = stringAt(frame['request'], 'subtype');
      if (frame['type'] === 'user') {
        const text = promptText(frame);
        void memory.prompts(text);
        // One client wrote its text as a string; that means the same.
        const message = { role: 'user', content: [{ type: 'text', text }] };
        const uuid = stringAt(memory.written.at(expected.length), 'uuid') ?? '';
        expected.push({ type: 'user', uuid, message, parent_tool_use_id: null });
      } else if (subtype === 'interrupt') {
        const waiting = memory.pending.map(({ native }) => String(native.requestId));
        void memory.connection.interrupt();
        interruptId = stringAt(memory.written.at(expected.length), 'request_id') ?? '';
        expected.push({ ...frame, request_id: interruptId });
        // We also answer what was waiting, in case Claude Code does not take it back.
        for (const id of waiting) expected.push(stopped(id));
      } else if (frame['type'] === 'control_response') {
        const answer = await decide(memory, frame);
        if (answer) expected.push(answer);
      }
    }
    await turn();
  }
  if (!frames.some(({ kind }) => kind === 'exit'))
    memory.broker.agentGone('01J0000000000000000000TEST', 'the recording is over');
  return { memory, expected };
}

/** Decides as the recorded client did; returns the frame that we have to write. */
async function decide(memory: MemoryClaude, frame: JsonObject): Promise<JsonObject | undefined> {
  const outer = frame['response'];
  assert.ok(isJsonObject(outer) && isJsonObject(outer['response']));
  const requestId = stringAt(outer, 'request_id') ?? '';
  const { response } = outer;
  const request = memory.pending.find(({ native }) => native.requestId === requestId);
  // A late answer: the request is closed, and nothing is sent.
  if (!request) return undefined;
  const { behavior, message, updatedInput, updatedPermissions } = response;
  const answers = isJsonObject(updatedInput) ? updatedInput['answers'] : undefined;
  const result = await memory.answers(requestId, behavior === 'allow' ? 'allow' : 'deny', {
    ...(typeof message === 'string' && { feedback: message }),
    ...(isJsonObject(answers) && { answers: answers as Record<string, string> }),
    ...(updatedPermissions !== undefined && { optionId: 'always-1' }),
  });
  assert.ok(result.ok);
  assert.equal(result.value.narrowed, updatedPermissions !== undefined);
  const { interrupt: _, toolUseID: __, updatedPermissions: ___, ...rest } = response;
  // The recorded client could leave the input out; we always send it back.
  const native = behavior === 'allow' ? { ...rest, updatedInput: updatedInput ?? INPUT } : rest;
  return { ...frame, response: { ...outer, response: native } };
}

function stopped(requestId: string): JsonObject {
  const message = 'Stopped before there was an answer. It was not run.';
  const response = { behavior: 'deny', message };
  return {
    type: 'control_response',
    response: { subtype: 'success', request_id: requestId, response },
  };
}

/** The recorded answer to the recorded interrupt, under the id of ours. */
function renamed(frame: JsonObject, interruptId: string): JsonObject {
  const { response } = frame;
  if (frame['type'] !== 'control_response' || !isJsonObject(response)) return frame;
  return { ...frame, response: { ...response, request_id: interruptId } };
}

function promptText(frame: JsonObject): string {
  const { message } = frame;
  const content = isJsonObject(message) ? message['content'] : undefined;
  const [block] = Array.isArray(content) ? content : [];
  return stringAt(block, 'text') ?? stringAt(message, 'content') ?? '';
}
