import type http from 'node:http';
import { isJsonObject, type JsonObject } from '../../src/base/json.ts';
import {
  beginEvents,
  hasTools,
  type ModelStep,
  ScriptedModel,
  sendJson,
  textOf,
} from './scriptedModel.ts';

/**
 * A scripted model behind Gemini's generateContent, on loopback. A prompt made with {@link script} plays its steps one
 * after another; then the model says that it finished. Everything else gets a short answer without tools.
 */
export class FakeGemini extends ScriptedModel {
  #answers = 0;

  static start(): Promise<FakeGemini> {
    return new FakeGemini().listen();
  }

  /** See https://ai.google.dev/api/generate-content. */
  protected answer(url: string, body: unknown, response: http.ServerResponse): void {
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
    const { at, steps } = this.lastScript(contents.map(userText));
    if (!steps || !hasTools(body)) return { text: 'ok' };
    const taken = contents.slice(at + 1).filter((each) => each['role'] === 'model').length;
    return steps[taken] ?? { text: 'Finished.' };
  }
}

function userText(content: JsonObject): string {
  return content['role'] === 'user' ? textOf(content['parts']) : '';
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
  beginEvents(response);
  response.end(`data: ${JSON.stringify(body)}\r\n\r\n`);
}
