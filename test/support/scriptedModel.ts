import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JsonObject, parseJson, stringAt } from '../../src/base/json.ts';

/** One answer of the model: what it says, then which tools it calls. */
export interface ScriptedStep<Call> {
  readonly text?: string;
  readonly calls?: readonly Call[];
}

export type ModelStep = ScriptedStep<ModelCall>;

export interface ModelCall {
  readonly name: string;
  readonly input: JsonObject;
}

/**
 * A scripted model behind the API of some service, on loopback. A prompt made with {@link script} plays its steps one after
 * another; then the model says what came back, or that it finished. Everything else gets a short answer without tools.
 */
export abstract class ScriptedModel<Call = ModelCall> {
  readonly #server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => this.answer(request.url ?? '', parseJson(body), response));
  });
  readonly #scripts = new Map<string, readonly ScriptedStep<Call>[]>();

  /** Resolves with itself when it listens. */
  protected async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** Where it listens; some APIs have their version in it. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Returns the prompt that plays these steps. */
  script(...steps: readonly ScriptedStep<Call>[]): string {
    const name = `script-${this.#scripts.size + 1}`;
    this.#scripts.set(name, steps);
    return `Do [[${name}]], please.`;
  }

  /** The prompt on which the model makes these calls at once, or only says something. */
  promptFor(calls: readonly Call[]): string {
    return calls.length > 0
      ? this.script({ text: 'On it.', calls })
      : this.script({ text: 'Nothing to do.' });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Of the texts of a conversation, empty for what is not the person's: the last prompt with a script, and its steps. */
  protected lastScript(texts: readonly string[]) {
    const at = texts.findLastIndex((text) => SCRIPT.test(text));
    return { at, steps: this.#scripts.get(SCRIPT.exec(texts[at] ?? '')?.[1] ?? '') };
  }

  protected abstract answer(url: string, body: unknown, response: http.ServerResponse): void;
}

const SCRIPT = /\[\[([\w-]+)\]\]/;

/** Whether a model that gets this body may call tools at all. */
export function hasTools(body: JsonObject): boolean {
  return Array.isArray(body['tools']) && body['tools'].length > 0;
}

/** The text of a message: a text, or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => stringAt(part, 'text') ?? '').join('\n');
}

export function sendJson(response: http.ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Begins a stream of server-sent events. */
export function beginEvents(response: http.ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
}
