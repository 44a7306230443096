import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../src/base/json.ts';

/** One answer of the model: what it says, then which tools it calls. */
export interface ResponsesStep {
  readonly text?: string;
  readonly calls?: readonly ResponsesCall[];
}

export type ResponsesCall =
  /** A tool that takes JSON; `namespace` is that of an MCP server. */
  | { readonly name: string; readonly input: JsonObject; readonly namespace?: string }
  /** A tool that takes text, such as `apply_patch`. */
  | { readonly name: string; readonly text: string };

/**
 * A scripted model behind OpenAI's Responses API, on loopback. A prompt made with {@link script} plays its steps one after
 * another; then the model says what came back. Everything else gets a short answer without tools.
 */
export class FakeResponses {
  readonly #server: http.Server;
  readonly #scripts = new Map<string, readonly ResponsesStep[]>();
  readonly #outcomes = new Map<string, string>();
  #responses = 0;
  /** The model that each request was for, oldest first. */
  readonly models: string[] = [];
  /** When set, every request is refused with this status. */
  refuse: { readonly status: number; readonly message: string } | undefined;

  static async start(): Promise<FakeResponses> {
    const fake = new FakeResponses();
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
      request.on('end', () => this.#answer(request.url ?? '', parseJson(body), response));
    });
  }

  /** For `base_url` of a provider. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** What the model was told about its calls, oldest first. */
  get outcomes(): readonly string[] {
    return [...this.#outcomes.values()];
  }

  /** Returns the prompt that plays these steps. */
  script(...steps: readonly ResponsesStep[]): string {
    const name = `script-${this.#scripts.size + 1}`;
    this.#scripts.set(name, steps);
    return `Do [[${name}]], please.`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(url: string, body: unknown, response: http.ServerResponse): void {
    if (this.refuse) {
      sendJson(response, this.refuse.status, { error: { message: this.refuse.message } });
    } else if (url.startsWith('/v1/models')) {
      sendJson(response, 200, { object: 'list', data: [], models: [] });
    } else if (url.endsWith('/responses') && isJsonObject(body)) {
      this.models.push(stringAt(body, 'model') ?? '');
      stream(response, `resp_${++this.#responses}`, this.#next(body));
    } else {
      sendJson(response, 404, { error: { message: 'Not here' } });
    }
  }

  #next(body: JsonObject): ResponsesStep {
    // Codex over ACP makes its titles so, in a thread where it asks for nothing. A model calls only what it is offered.
    const tools = body['tools'];
    if (!Array.isArray(tools) || tools.length === 0) return { text: '{"title":"A title"}' };
    const input = Array.isArray(body['input']) ? body['input'].filter(isJsonObject) : [];
    const at = input.findLastIndex((item) => scriptName(item) !== undefined);
    const asked = input[at];
    const steps = asked && this.#scripts.get(scriptName(asked) ?? '');
    if (!steps) return { text: 'ok' };
    const outputs = input
      .slice(at + 1)
      .filter((item) => stringAt(item, 'type')?.endsWith('_output'));
    for (const output of outputs)
      this.#outcomes.set(stringAt(output, 'call_id') ?? '', textOf(output['output']));
    return nextStep(steps, outputs.length) ?? { text: `Finished. ${this.outcomes.at(-1) ?? ''}` };
  }
}

/** The step after so many answered calls. */
function nextStep(steps: readonly ResponsesStep[], answered: number): ResponsesStep | undefined {
  let left = answered;
  for (const step of steps) {
    if (left <= 0) return step;
    left -= step.calls?.length ?? 0;
  }
  return undefined;
}

/** The name in the prompt that an item holds, if it is one. */
function scriptName(item: JsonObject): string | undefined {
  if (item['type'] !== 'message' || item['role'] !== 'user') return undefined;
  return /\[\[([\w-]+)\]\]/.exec(textOf(item['content']))?.[1];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => stringAt(part, 'text') ?? '').join('\n');
}

/** See https://platform.openai.com/docs/api-reference/responses-streaming. */
function stream(response: http.ServerResponse, id: string, step: ResponsesStep): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (type: string, fields: JsonObject) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send('response.created', { response: { id, status: 'in_progress', output: [] } });
  if (step.text !== undefined) sayText(send, `msg_${id}`, step.text);
  for (const [index, call] of (step.calls ?? []).entries())
    send('response.output_item.done', { item: callItem(`${id}_${index}`, call) });
  const usage = { input_tokens: 10, output_tokens: 10, total_tokens: 20 };
  send('response.completed', { response: { id, status: 'completed', output: [], usage } });
  response.end();
}

function sayText(send: (type: string, fields: JsonObject) => void, id: string, text: string): void {
  const item = { type: 'message', id, role: 'assistant', status: 'completed' };
  send('response.output_item.added', { item: { ...item, status: 'in_progress', content: [] } });
  for (const delta of text.match(/[\s\S]{1,12}/g) ?? [])
    send('response.output_text.delta', { item_id: id, content_index: 0, delta });
  const content = [{ type: 'output_text', text, annotations: [] }];
  send('response.output_item.done', { item: { ...item, content } });
}

function callItem(id: string, call: ResponsesCall): JsonObject {
  const common = { call_id: `call_${id}`, name: call.name, status: 'completed' };
  if ('text' in call)
    return { type: 'custom_tool_call', id: `ctc_${id}`, ...common, input: call.text };
  const { input, namespace } = call;
  return {
    type: 'function_call',
    id: `fc_${id}`,
    ...common,
    ...(namespace !== undefined && { namespace }),
    arguments: JSON.stringify(input),
  };
}

function sendJson(response: http.ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
