import assert from 'node:assert/strict';
import type { AcpConnection } from '../../../src/agents/acp/connection.ts';
import type { AgentEvent } from '../../../src/agents/agent.ts';
import { type JsonObject, stringAt } from '../../../src/base/json.ts';
import { outcomeOf } from '../../../src/permission/decision.ts';
import { MemoryAgent, SESSION, settle } from './memoryAgent.ts';
import { type RecordedFrame, recording, recordings } from './recording.ts';

/** What we wrote in answer to a permission request, beside what the recorded client wrote. */
interface Answers {
  readonly ours: JsonObject[];
  readonly theirs: JsonObject[];
  readonly events: AgentEvent[];
  readonly ends: string[];
}

describe('recorded ACP sessions', () => {
  for (const name of recordings()) {
    it(`answers as the recorded client did: ${name}`, async () => {
      const { ours, theirs } = await new Replay(name).run();
      assert.ok(theirs.length > 0);
      assert.deepEqual(ours, theirs);
    });
  }

  it('ends the entry of a denied call, though Gemini never says so', async () => {
    const { events, ends } = await new Replay('gemini-shell-reject').run();
    const statuses = events.flatMap((event) =>
      event.kind === 'toolCall' ? [event.call.status] : [],
    );
    assert.equal(statuses.at(-1), 'failed');
    assert.deepEqual(ends, ['done']);
  });

  it('refuses the write through the editor that OpenCode sends after an approval', async () => {
    const replay = new Replay('opencode');
    const { events } = await replay.run();
    assert.deepEqual(
      replay.agent.sent.flatMap(({ error }) => (error ? [stringAt(error, 'message')] : [])),
      ['"Method not found": fs/write_text_file'],
    );
    const notices = events.flatMap((event) => (event.kind === 'notice' ? [event.text] : []));
    assert.deepEqual(
      notices.map(
        (text) => /through the editor|ran this without asking: expr 2 \+ 2/.exec(text)?.[0],
      ),
      // The first: after its own "always", which Countersign would not have sent.
      ['ran this without asking: expr 2 + 2', 'through the editor'],
    );
  });

  it('puts Qwen in the mode that asks, where its settings chose another, before the first prompt', async () => {
    const replay = new Replay('qwen-auto-mode');
    await replay.run();
    assert.deepEqual(
      replay.agent.sent
        .slice(2, 4)
        .map(({ method, params }) => [method, stringAt(params, 'modeId')]),
      [
        ['session/set_mode', 'default'],
        ['session/prompt', undefined],
      ],
    );
  });

  it('closes the card when the agent takes its request back', async () => {
    for (const name of ['claude-cancel', 'codex-cancel']) {
      const replay = new Replay(name, { interrupt: false });
      await replay.run();
      assert.deepEqual(replay.agent.broker.pending, []);
    }
  });
});

/** Plays a recording's agent to a real connection, and answers as its client did. */
class Replay {
  readonly agent = new MemoryAgent();
  readonly #frames: RecordedFrame[];
  readonly #interrupts: boolean;
  /** Ids of the recorded client's requests, and of ours for the same method, by order. */
  readonly #theirIds = new Map<unknown, string>();
  readonly #methodCounts = new Map<string, number>();
  readonly #answers: Answers = { ours: [], theirs: [], events: [], ends: [] };

  constructor(name: string, options = { interrupt: true }) {
    this.#frames = recording(name);
    this.#interrupts = options.interrupt;
  }

  async run(): Promise<Answers> {
    const { cwd } = SESSION;
    const opened = this.agent.open({ ...SESSION, cwd: this.#cwd() ?? cwd });
    let connection: AcpConnection | undefined;
    void opened.then((open) => {
      connection = open;
      open.onDidEmit((event) => this.#answers.events.push(event));
    });
    for (const { from, frame } of this.#frames) {
      if (from === 'agent') this.#agentSays(frame);
      else if (connection) await this.#clientSaid(connection, frame);
      else this.#remember(frame);
      await settle();
    }
    await opened;
    assert.equal(this.agent.failure, undefined);
    return this.#answers;
  }

  #cwd(): string | undefined {
    const created = this.#frames.find(({ frame }) => frame['method'] === 'session/new');
    return stringAt(created?.frame['params'], 'cwd');
  }

  #remember({ id, method }: JsonObject): void {
    if (typeof method !== 'string' || id === undefined) return;
    const count = this.#methodCounts.get(method) ?? 0;
    this.#methodCounts.set(method, count + 1);
    this.#theirIds.set(id, `${method}#${count}`);
  }

  #agentSays(frame: JsonObject): void {
    if ('method' in frame) {
      this.agent.say(frame);
      return;
    }
    const [method, count] = (this.#theirIds.get(frame['id']) ?? '').split('#');
    const ours = this.agent.sent.filter((sent) => sent['method'] === method)[Number(count)];
    // Requests that only the recorded client sends, such as its own `authenticate`.
    if (ours?.['id'] !== undefined) this.agent.say({ ...frame, id: ours['id'] });
  }

  async #clientSaid(connection: AcpConnection, frame: JsonObject): Promise<void> {
    this.#remember(frame);
    const params = frame['params'] as { prompt?: { text: string }[] } | undefined;
    if (frame['method'] === 'session/prompt') {
      const turn = connection.prompt(params?.prompt?.[0]?.text ?? '');
      void turn.then(({ reason }) => this.#answers.ends.push(reason));
    } else if (frame['method'] === 'session/cancel') {
      if (this.#interrupts) await connection.interrupt();
    } else if ('result' in frame) await this.#answer(frame);
  }

  async #answer(frame: JsonObject): Promise<void> {
    const { id } = frame;
    const request = this.agent.broker.pending.find(({ native }) => native.requestId === id);
    const { outcome } = frame['result'] as { outcome: { outcome: string; optionId?: string } };
    let theirs = frame;
    if (request) {
      const option = request.options.find((offered) => offered.id === outcome.optionId);
      const allow = option !== undefined && outcomeOf(option.kind) === 'allow';
      await this.agent.decide(request, allow ? 'allow' : 'deny', {
        ...(option && { optionId: option.id }),
      });
      // What is wider than the call goes out as "once", and a deny selects the offered reject.
      const once = request.options.find(
        ({ kind }) => kind === (allow ? 'allow_once' : 'reject_once'),
      );
      if (!option || option.kind === 'allow_always') theirs = selected(id, once?.id);
    } else {
      // Ours was answered when the turn was cancelled; theirs came late.
      theirs = { jsonrpc: '2.0', id: id ?? null, result: { outcome: { outcome: 'cancelled' } } };
    }
    this.#answers.theirs.push(theirs);
    const answer = this.agent.answerTo(id as string | number);
    if (answer) this.#answers.ours.push(answer);
  }
}

function selected(id: JsonObject[string] | undefined, optionId: string | undefined): JsonObject {
  return {
    jsonrpc: '2.0',
    id: id ?? null,
    result: { outcome: { outcome: 'selected', optionId: optionId ?? '' } },
  };
}
