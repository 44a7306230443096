import { isJsonObject } from '../../base/json.ts';
import type { ToolPart } from '../openCodeParts.ts';
import type { OpenCodeApi } from './api.ts';
import { readPart } from './frames.ts';

export type CallInput = Pick<ToolPart, 'tool' | 'input'>;

/** The model's service makes the ids of calls, so they count within their message only. */
export interface CallRef {
  readonly messageId: string;
  readonly callId: string;
}

/** The whole input of each call that runs: a permission request shows only a part of it. */
export class CallInputs {
  readonly #api: OpenCodeApi;
  readonly #known = new Map<string, CallInput>();

  constructor(api: OpenCodeApi) {
    this.#api = api;
  }

  /** The input is complete once the call is not `pending` any more. */
  update(messageId: string, { callId, input, status, tool }: ToolPart): void {
    const key = keyOf({ messageId, callId });
    if (status === 'running') this.#known.set(key, { tool, input });
    else if (status !== 'pending') this.#known.delete(key);
  }

  get(call: CallRef): CallInput | undefined {
    return this.#known.get(keyOf(call));
  }

  /** Asks OpenCode, for what was told before our events began; `undefined` when it does not know either. */
  async lookUp(sessionId: string, call: CallRef): Promise<CallInput | undefined> {
    const { callId, messageId } = call;
    const path = `/session/${encodeURIComponent(sessionId)}/message/${encodeURIComponent(messageId)}`;
    const message = await this.#api.get(path).catch(() => undefined);
    const parts = isJsonObject(message) ? message['parts'] : undefined;
    for (const value of Array.isArray(parts) ? parts : []) {
      const content = readPart(value)?.content;
      if (content?.kind === 'tool' && content.tool.callId === callId)
        this.update(messageId, content.tool);
    }
    return this.get(call);
  }

  clear(): void {
    this.#known.clear();
  }
}

function keyOf({ callId, messageId }: CallRef): string {
  return `${messageId} ${callId}`;
}
