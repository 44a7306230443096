import type http from 'node:http';
import { isJsonObject, type JsonObject, stringAt } from '../../src/base/json.ts';
import {
  beginEvents,
  hasTools,
  type ModelStep,
  ScriptedModel,
  sendJson,
  textOf,
} from './scriptedModel.ts';

/** What the agent told the model about one of its calls. */
export interface ToolOutcome {
  readonly callId: string;
  readonly text: string;
  readonly isError: boolean;
}

/**
 * A scripted model behind Anthropic's Messages API, on loopback. A prompt made with {@link script} plays its steps one
 * after another; then the model says what came back. Everything else gets a short answer without tools.
 */
export class FakeAnthropic extends ScriptedModel {
  readonly #outcomes = new Map<string, ToolOutcome>();
  #messages = 0;
  /** When set, every request is refused with this status. */
  refuse: { readonly status: number; readonly type: string; readonly message: string } | undefined;

  static start(): Promise<FakeAnthropic> {
    return new FakeAnthropic().listen();
  }

  /** What the model was told about its calls, oldest first. */
  get outcomes(): readonly ToolOutcome[] {
    return [...this.#outcomes.values()];
  }

  /** When set, its messages wait until it has settled. */
  held: Promise<void> | undefined;
  /** How many were asked for. */
  get asked(): number {
    return this.#messages;
  }

  protected answer(url: string, body: unknown, response: http.ServerResponse): void {
    if (this.refuse) {
      const { message, status, type } = this.refuse;
      sendJson(response, status, { type: 'error', error: { type, message } });
    } else if (url.startsWith('/v1/messages/count_tokens')) {
      sendJson(response, 200, { input_tokens: 10 });
    } else if (url.startsWith('/v1/messages') && isJsonObject(body)) {
      const id = ++this.#messages;
      const step = this.#next(body);
      const write = () =>
        body['stream'] === true
          ? stream(response, body, id, step)
          : sendJson(response, 200, message(body, id, step));
      if (this.held !== undefined) void this.held.then(write);
      else write();
    } else {
      sendJson(response, 404, {
        type: 'error',
        error: { type: 'not_found_error', message: 'Not here' },
      });
    }
  }

  #next(body: JsonObject): ModelStep {
    const messages = Array.isArray(body['messages']) ? body['messages'].filter(isJsonObject) : [];
    const { at, steps } = this.lastScript(messages.map(userText));
    if (!steps || !hasTools(body)) return { text: 'ok' };
    const answered = messages.slice(at + 1).map(outcomesOf);
    for (const outcome of answered.flat()) this.#outcomes.set(outcome.callId, outcome);
    const taken = answered.filter((outcomes) => outcomes.length > 0);
    const last = taken.at(-1) ?? [];
    return steps[taken.length] ?? { text: `Finished. ${last.map(({ text }) => text).join(' | ')}` };
  }
}

function userText(message: JsonObject): string {
  return message['role'] === 'user' ? textOf(message['content']) : '';
}

function outcomesOf(each: JsonObject): ToolOutcome[] {
  const content = Array.isArray(each['content']) ? each['content'].filter(isJsonObject) : [];
  return content
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({
      callId: stringAt(block, 'tool_use_id') ?? '',
      text: textOf(block['content']),
      isError: block['is_error'] === true,
    }));
}

function blocksOf(id: number, step: ModelStep): JsonObject[] {
  const text = step.text === undefined ? [] : [{ type: 'text', text: step.text }];
  const calls = (step.calls ?? []).map(({ input, name }, index) => ({
    type: 'tool_use',
    id: `toolu_${id}_${index}`,
    name,
    input,
  }));
  return [...text, ...calls];
}

const stopReason = (step: ModelStep) => (step.calls ? 'tool_use' : 'end_turn');

function message(body: JsonObject, id: number, step: ModelStep): JsonObject {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: body['model'] ?? '',
    content: blocksOf(id, step),
    stop_reason: stopReason(step),
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 10 },
  };
}

/** See https://docs.anthropic.com/en/api/messages-streaming. */
function stream(
  response: http.ServerResponse,
  body: JsonObject,
  id: number,
  step: ModelStep,
): void {
  beginEvents(response);
  const send = (type: string, fields: JsonObject = {}) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send('message_start', {
    message: { ...message(body, id, step), content: [], stop_reason: null },
  });
  for (const [index, block] of blocksOf(id, step).entries()) {
    const isText = block['type'] === 'text';
    const empty = isText ? { ...block, text: '' } : { ...block, input: {} };
    send('content_block_start', { index, content_block: empty });
    const text = stringAt(block, 'text') ?? '';
    const pieces = isText
      ? (text.match(/[\s\S]{1,12}/g) ?? []).map((piece) => ({ type: 'text_delta', text: piece }))
      : [{ type: 'input_json_delta', partial_json: JSON.stringify(block['input']) }];
    for (const delta of pieces) send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: stopReason(step), stop_sequence: null },
    usage: { output_tokens: 10 },
  });
  send('message_stop');
  response.end();
}
