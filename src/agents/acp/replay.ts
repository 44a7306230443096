import { type JsonObject, stringAt } from '../../base/json.ts';
import type { ReplayEvent } from '../agent.ts';
import { ToolCalls, textOf } from './toolCalls.ts';
import { eventOf } from './updates.ts';

/** Gemini tells its own first words to the model as if the person had said them. */
const CONTEXT = /^<session_context>[\s\S]*<\/session_context>/;

/**
 * What an agent tells again of a session that it loads. It is only shown: none of its calls is looked up when a later
 * call is asked about.
 */
export class Replay {
  readonly #calls = new ToolCalls(() => undefined);
  readonly #events: ReplayEvent[] = [];

  get events(): readonly ReplayEvent[] {
    return this.#events;
  }

  /** Takes a `session/update` in. */
  update(update: JsonObject): void {
    switch (stringAt(update, 'sessionUpdate')) {
      case 'user_message_chunk':
        this.#user((textOf(update['content']) ?? '').replace(CONTEXT, ''));
        break;
      case 'tool_call':
      case 'tool_call_update': {
        const call = this.#calls.update(update);
        if (call) this.#events.push({ kind: 'toolCall', call });
        break;
      }
      default: {
        const event = eventOf(update);
        if (event) this.#events.push(event);
      }
    }
  }

  #user(text: string): void {
    const last = this.#events.at(-1);
    if (last?.kind === 'user')
      this.#events[this.#events.length - 1] = { kind: 'user', text: last.text + text };
    else if (text !== '') this.#events.push({ kind: 'user', text });
  }
}
