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

/**
 * A scripted model behind OpenAI's chat completions, on loopback. A prompt made with {@link script} plays its steps one
 * after another; then the model says what came back. Everything else gets a short answer without tools.
 */
export class FakeChatCompletions extends ScriptedModel {
  readonly #told = new Map<string, string>();
  #answers = 0;
  /** The model that each request was for, oldest first. */
  readonly models: string[] = [];
  /** When set, every request is refused with this status. */
  refuse: { readonly status: number; readonly message: string } | undefined;

  static start(): Promise<FakeChatCompletions> {
    return new FakeChatCompletions().listen();
  }

  /** The base of the API, with its version. */
  override get url(): string {
    return `${super.url}/v1`;
  }

  /** What the model was told about its calls, oldest first. */
  get told(): readonly string[] {
    return [...this.#told.values()];
  }

  protected answer(_: string, body: unknown, response: http.ServerResponse): void {
    if (this.refuse) {
      const { message, status } = this.refuse;
      sendJson(response, status, { error: { message, type: 'invalid_request_error' } });
    } else if (isJsonObject(body)) {
      this.models.push(stringAt(body, 'model') ?? '');
      const id = ++this.#answers;
      const step = this.#next(body);
      if (body['stream'] === true) stream(response, body, id, step);
      else sendJson(response, 200, whole(body, id, step));
    } else {
      sendJson(response, 404, { error: { message: 'Not here' } });
    }
  }

  #next(body: JsonObject): ModelStep {
    const messages = Array.isArray(body['messages']) ? body['messages'].filter(isJsonObject) : [];
    const { at, steps } = this.lastScript(messages.map(userText));
    if (!steps || !hasTools(body)) return { text: 'ok' };
    const since = messages.slice(at + 1);
    for (const each of since)
      if (each['role'] === 'tool')
        this.#told.set(stringAt(each, 'tool_call_id') ?? '', textOf(each['content']));
    const taken = since.filter((each) => Array.isArray(each['tool_calls'])).length;
    return steps[taken] ?? { text: `Finished. ${this.told.at(-1) ?? ''}` };
  }
}

function userText(message: JsonObject): string {
  return message['role'] === 'user' ? textOf(message['content']) : '';
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

function toolCalls(id: number, { calls = [] }: ModelStep): JsonObject[] {
  return calls.map(({ input, name }, index) => ({
    index,
    id: `call_${id}_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
}

const finishReason = ({ calls }: ModelStep) => (calls ? 'tool_calls' : 'stop');

function base(body: JsonObject, id: number, object: string): JsonObject {
  return { id: `chatcmpl-${id}`, object, created: 0, model: body['model'] ?? '' };
}

function whole(body: JsonObject, id: number, step: ModelStep): JsonObject {
  const message = {
    role: 'assistant',
    content: step.text ?? null,
    ...(step.calls && { tool_calls: toolCalls(id, step) }),
  };
  const choices = [{ index: 0, message, finish_reason: finishReason(step) }];
  return { ...base(body, id, 'chat.completion'), choices, usage: USAGE };
}

/** See https://platform.openai.com/docs/api-reference/chat-streaming. */
function stream(
  response: http.ServerResponse,
  body: JsonObject,
  id: number,
  step: ModelStep,
): void {
  beginEvents(response);
  const chunk = base(body, id, 'chat.completion.chunk');
  const send = (delta: JsonObject, finish: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
  };
  send({ role: 'assistant', content: '' });
  for (const piece of step.text?.match(/[\s\S]{1,12}/g) ?? []) send({ content: piece });
  for (const call of toolCalls(id, step)) send({ tool_calls: [call] });
  send({}, finishReason(step));
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [], usage: USAGE })}\n\n`);
  response.end('data: [DONE]\n\n');
}
