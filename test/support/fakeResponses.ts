import type http from 'node:http';
import { isJsonObject, type JsonObject, stringAt } from '../../src/base/json.ts';
import {
  beginEvents,
  hasTools,
  ScriptedModel,
  type ScriptedStep,
  sendJson,
  textOf,
} from './scriptedModel.ts';

type ResponsesStep = ScriptedStep<ResponsesCall>;

export type ResponsesCall =
  /** A tool that takes JSON; `namespace` is that of an MCP server. */
  | { readonly name: string; readonly input: JsonObject; readonly namespace?: string }
  /** A tool that takes text, such as `apply_patch`. */
  | { readonly name: string; readonly text: string };

/**
 * A scripted model behind OpenAI's Responses API, on loopback. A prompt made with {@link script} plays its steps one after
 * another; then the model says what came back. Everything else gets a short answer without tools.
 */
export class FakeResponses extends ScriptedModel<ResponsesCall> {
  readonly #outcomes = new Map<string, string>();
  #responses = 0;
  /** The model that each request was for, oldest first. */
  readonly models: string[] = [];
  /** When set, every request is refused with this status. */
  refuse: { readonly status: number; readonly message: string } | undefined;

  static start(): Promise<FakeResponses> {
    return new FakeResponses().listen();
  }

  /** For `base_url` of a provider. */
  override get url(): string {
    return `${super.url}/v1`;
  }

  /** What the model was told about its calls, oldest first. */
  get outcomes(): readonly string[] {
    return [...this.#outcomes.values()];
  }

  protected answer(url: string, body: unknown, response: http.ServerResponse): void {
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
    if (!hasTools(body)) return { text: '{"title":"A title"}' };
    const input = Array.isArray(body['input']) ? body['input'].filter(isJsonObject) : [];
    const { at, steps } = this.lastScript(input.map(userText));
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

function userText(item: JsonObject): string {
  return item['type'] === 'message' && item['role'] === 'user' ? textOf(item['content']) : '';
}

/** See https://platform.openai.com/docs/api-reference/responses-streaming. */
function stream(response: http.ServerResponse, id: string, step: ResponsesStep): void {
  beginEvents(response);
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
