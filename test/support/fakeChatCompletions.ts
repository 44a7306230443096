import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../src/base/json.ts';
import type { ModelStep } from './fakeAnthropic.ts';

/**
 * A scripted model behind OpenAI's chat completions, on loopback. A prompt made with {@link script} plays its steps one
 * after another; then the model says what came back. Everything else gets a short answer without tools.
 */
export class FakeChatCompletions {
  readonly #server: http.Server;
  readonly #scripts = new Map<string, readonly ModelStep[]>();
  readonly #told = new Map<string, string>();
  #answers = 0;
  /** The model that each request was for, oldest first. */
  readonly models: string[] = [];
  /** When set, every request is refused with this status. */
  refuse: { readonly status: number; readonly message: string } | undefined;

  static async start(): Promise<FakeChatCompletions> {
    const fake = new FakeChatCompletions();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  private constructor() {
    this.#server = http.createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => this.#answer(parseJson(body), response));
    });
  }

  /** The base of the API, with its version. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** What the model was told about its calls, oldest first. */
  get told(): readonly string[] {
    return [...this.#told.values()];
  }

  /** Returns the prompt that plays these steps. */
  script(...steps: readonly ModelStep[]): string {
    const name = `script-${this.#scripts.size + 1}`;
    this.#scripts.set(name, steps);
    return `Do [[${name}]], please.`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(body: unknown, response: http.ServerResponse): void {
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
    const at = messages.findLastIndex((each) => scriptName(each) !== undefined);
    const asked = messages[at];
    const steps = asked && this.#scripts.get(scriptName(asked) ?? '');
    const hasTools = Array.isArray(body['tools']) && body['tools'].length > 0;
    if (!steps || !hasTools) return { text: 'ok' };
    const since = messages.slice(at + 1);
    for (const each of since)
      if (each['role'] === 'tool')
        this.#told.set(stringAt(each, 'tool_call_id') ?? '', textOf(each['content']));
    const taken = since.filter((each) => Array.isArray(each['tool_calls'])).length;
    return steps[taken] ?? { text: `Finished. ${this.told.at(-1) ?? ''}` };
  }
}

/** The name in the prompt that a message holds, if it is one. */
function scriptName(each: JsonObject): string | undefined {
  if (each['role'] !== 'user') return undefined;
  return /\[\[([\w-]+)\]\]/.exec(textOf(each['content']))?.[1];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block) => stringAt(block, 'text') ?? '').join('\n');
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
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
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

function sendJson(response: http.ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
