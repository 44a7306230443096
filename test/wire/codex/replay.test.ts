import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { outcomeOf } from '../../../src/permission/decision.ts';
import type { PermissionOption, PermissionRequest } from '../../../src/permission/request.ts';
import { MemoryCodex, SESSION } from './memoryCodex.ts';
import { openedThread, type Recorded, recording, recordings } from './recording.ts';

describe('recorded sessions of Codex', () => {
  for (const name of recordings()) {
    it(`answers as the recorded client did: ${name}`, async () => {
      const replay = await Replay.of(name);
      await replay.run();
      assert.deepEqual(replay.memory.written, replay.expected);
      assert.deepEqual(
        replay.memory.settled.filter(({ delivery }) => delivery === 'failed'),
        [],
      );
      assert.deepEqual(replay.memory.pending, []);
      assert.equal(replay.memory.hasEnded, false, 'nothing in it breaks the protocol');
    });
  }

  it('offers every recorded answer word for word', async () => {
    const offered = new Set<string>();
    for (const name of recordings()) {
      const replay = await Replay.of(name);
      await replay.run();
      for (const decision of replay.chosen) offered.add(JSON.stringify(decision));
    }
    const amendment = { execpolicy_amendment: ['touch', '/usr/local/t2'] };
    const elicitation = (action: string, meta: Json = null) => ({
      action,
      content: null,
      _meta: meta,
    });
    for (const decision of [
      'accept',
      'acceptForSession',
      { acceptWithExecpolicyAmendment: amendment },
      'decline',
      'cancel',
      { permissions: {}, scope: 'turn' },
      elicitation('accept'),
      elicitation('accept', { persist: 'session' }),
      elicitation('decline'),
    ])
      assert.ok(offered.has(JSON.stringify(decision)), JSON.stringify(decision));
  });

  it('closes the card of a request that was answered elsewhere, and sends nothing', async () => {
    const replay = await Replay.of('shared-tui-answers-first');
    await replay.run();
    assert.deepEqual(replay.memory.written, []);
    assert.deepEqual(
      replay.memory.settled.map(({ decision, delivery }) => [decision.by.kind, delivery]),
      [['agentWithdrew', 'notNeeded']],
    );
  });

  it('says how the turns ended', async () => {
    for (const [name, ends] of [
      ['cmd-accept', ['done']],
      ['cmd-decline', ['done']],
      ['cmd-cancel', ['interrupted']],
      ['file-cancel', ['interrupted']],
      ['turn-interrupt-pending', ['interrupted', 'done']],
    ] as const) {
      const replay = await Replay.of(name);
      await replay.run();
      assert.deepEqual(replay.ends, ends, name);
    }
  });

  it('tells a denied call from its start to its end', async () => {
    const replay = await Replay.of('cmd-decline');
    await replay.run();
    const calls = replay.memory.events.flatMap((event) =>
      event.kind === 'toolCall' ? [event.call] : [],
    );
    const call = { callId: 'call_resp_5_0', title: 'rm -rf build', toolKind: 'execute' };
    const requestId = replay.memory.settled[0]?.request.id;
    assert.deepEqual(calls, [
      { ...call, status: 'in_progress' },
      { ...call, status: 'pending' },
      { ...call, status: 'pending', requestId },
      { ...call, status: 'failed' },
      { ...call, status: 'failed' },
    ]);
  });
});

/** Plays Codex's side of a recording to a real connection, with a person who decides as the recorded one did. */
class Replay {
  readonly memory: MemoryCodex;
  readonly expected: JsonObject[] = [];
  readonly ends: string[] = [];
  /** Native values of the options that were chosen. */
  readonly chosen: unknown[] = [];
  readonly #frames: readonly Recorded[];
  /** Ids of the recorded client's requests and of ours. */
  readonly #ids = new Map<unknown, Json>();

  static async of(name: string): Promise<Replay> {
    const frames = recording(name);
    const opened = openedThread(frames);
    // Most were recorded under Codex's own default; we refuse all policies but one.
    const gated = { ...opened, approvalPolicy: 'untrusted' };
    return new Replay(frames, await MemoryCodex.start({ 'thread/start': gated }));
  }

  private constructor(frames: readonly Recorded[], memory: MemoryCodex) {
    this.#frames = frames;
    this.memory = memory;
  }

  async run(): Promise<void> {
    const start = this.#frames.findIndex(({ frame }) => isThread(frame));
    for (const { frame, from } of this.#frames.slice(start + 1)) {
      if (from === 'codex') this.#codexSaid(frame);
      else if ('method' in frame) this.#clientAsked(frame);
      else await this.#clientAnswered(frame);
      await turn();
    }
    this.memory.broker.agentGone(SESSION.key, 'the recording is over');
  }

  #codexSaid(frame: JsonObject): void {
    if (!('method' in frame)) {
      const id = this.#ids.get(frame['id']);
      if (id !== undefined) this.memory.says({ ...frame, id });
      return;
    }
    const { id, method } = frame;
    this.memory.says(frame);
    // We have no tools of our own; the recorded client had one.
    if (method === 'item/tool/call' && id !== undefined) {
      const text = 'Countersign has no tool "lookup_ticket".';
      const result = { contentItems: [{ type: 'inputText', text }], success: false };
      this.expected.push({ id, result });
    }
  }

  #clientAsked(frame: JsonObject): void {
    const { method, params } = frame;
    if (method === 'turn/start' && isJsonObject(params)) {
      const input = Array.isArray(params['input']) ? params['input'] : [];
      void this.memory
        .prompts(stringAt(input[0], 'text') ?? '')
        .then(({ reason }) => this.ends.push(reason));
    } else if (method === 'turn/interrupt') void this.memory.connection.interrupt();
    else return;
    const id = this.memory.written.at(-1)?.['id'] ?? null;
    this.#ids.set(frame['id'], id);
    this.expected.push({ ...frame, id });
  }

  async #clientAnswered(frame: JsonObject): Promise<void> {
    const { id } = frame;
    const request = this.memory.pending.find(({ native }) => native.requestId === id);
    // Late, or for a tool of the client: nothing is sent.
    if (!request || (typeof id !== 'number' && typeof id !== 'string')) return;
    const answers = answersIn(frame['result']);
    const option = answers ? undefined : optionFor(request, frame['result']);
    const isAllowed = option
      ? outcomeOf(option.kind) === 'allow'
      : isAllow(frame['result']) || answers !== undefined;
    if (option) this.chosen.push(option.nativeDecision);
    const result = await this.memory.answers(id, isAllowed ? 'allow' : 'deny', {
      ...(option && { optionId: option.id }),
      ...(answers && { answers }),
    });
    assert.ok(result.ok);
    const isSent = option?.bound === 'exact' || answers !== undefined;
    assert.equal(result.value.narrowed, option !== undefined && !isSent);
    this.expected.push(isSent ? frame : { id, result: once(request, isAllowed) });
  }
}

function isThread({ result }: JsonObject): boolean {
  return isJsonObject(result) && isJsonObject(result['thread']);
}

/** The recorded value of a decision: inside `decision`, or the whole result. */
function decisionIn(result: unknown): unknown {
  return isJsonObject(result) && 'decision' in result ? result['decision'] : result;
}

function optionFor(request: PermissionRequest, result: unknown): PermissionOption | undefined {
  return request.options.find(({ nativeDecision }) =>
    isDeepStrictEqual(nativeDecision, decisionIn(result)),
  );
}

/** An amendment of the client's own making is an allow; an error or a word that does not exist is none. */
function isAllow(result: unknown): boolean {
  return isJsonObject(decisionIn(result));
}

/** The answers that a question got. */
function answersIn(result: unknown): Record<string, string> | undefined {
  if (!isJsonObject(result)) return undefined;
  const { answers, content } = result;
  if (isJsonObject(content))
    return Object.fromEntries(Object.entries(content).map(([key, text]) => [key, String(text)]));
  if (!isJsonObject(answers)) return undefined;
  return Object.fromEntries(
    Object.entries(answers).map(([key, each]) => [
      key,
      String(isJsonObject(each) && Array.isArray(each['answers']) ? each['answers'][0] : ''),
    ]),
  );
}

/** What goes out for an answer that reaches further than the call, or that is not offered. */
function once(request: PermissionRequest, isAllowed: boolean): JsonObject {
  const kind = isAllowed ? 'allow_once' : 'reject_once';
  const value = request.options.find((option) => option.kind === kind)?.nativeDecision as Json;
  return isJsonObject(value) ? value : { decision: value };
}
