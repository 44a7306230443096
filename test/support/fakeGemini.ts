import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../src/base/json.ts';
import type { ModelStep } from './fakeAnthropic.ts';

/**
 * A scripted model behind Gemini's generateContent, on loopback. A prompt made with {@link script} plays its steps one
 * after another; then the model says that it finished. Everything else gets a short answer without tools.
 */
export class FakeGemini {
  readonly #server: http.Server;
  readonly #scripts = new Map<string, readonly ModelStep[]>();
  #answers = 0;

  static async start(): Promise<FakeGemini> {
    const fake = new FakeGemini();
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

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
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

  /** See https://ai.google.dev/api/generate-content. */
  #answer(url: string, body: unknown, response: http.ServerResponse): void {
    const isStream = url.includes(':streamGenerateContent');
    if (url.includes(':countTokens')) {
      sendJson(response, 200, { totalTokens: 10 });
    } else if (isJsonObject(body) && (isStream || url.includes(':generateContent'))) {
      const answer = answerOf(++this.#answers, this.#next(body));
      if (isStream) sendEvent(response, answer);
      else sendJson(response, 200, answer);
    } else {
      sendJson(response, 404, {
        error: { code: 404, message: 'Not here', status: 'NOT_FOUND' },
      });
    }
  }

  #next(body: JsonObject): ModelStep {
    const contents = Array.isArray(body['contents']) ? body['contents'].filter(isJsonObject) : [];
    const at = contents.findLastIndex((each) => scriptName(each) !== undefined);
    const asked = contents[at];
    const steps = asked && this.#scripts.get(scriptName(asked) ?? '');
    const hasTools = Array.isArray(body['tools']) && body['tools'].length > 0;
    if (!steps || !hasTools) return { text: 'ok' };
    const taken = contents.slice(at + 1).filter((each) => each['role'] === 'model').length;
    return steps[taken] ?? { text: 'Finished.' };
  }
}

/** The name in the prompt that a content holds, if it is one. */
function scriptName(each: JsonObject): string | undefined {
  if (each['role'] !== 'user' || !Array.isArray(each['parts'])) return undefined;
  const text = each['parts'].map((part) => stringAt(part, 'text') ?? '').join('\n');
  return /\[\[([\w-]+)\]\]/.exec(text)?.[1];
}

function answerOf(id: number, step: ModelStep): JsonObject {
  const parts = [
    ...(step.text === undefined ? [] : [{ text: step.text }]),
    ...(step.calls ?? []).map(({ input, name }) => ({ functionCall: { name, args: input } })),
  ];
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    modelVersion: 'scripted',
    responseId: `response-${id}`,
  };
}

function sendEvent(response: http.ServerResponse, body: JsonObject): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.end(`data: ${JSON.stringify(body)}\r\n\r\n`);
}

function sendJson(response: http.ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
