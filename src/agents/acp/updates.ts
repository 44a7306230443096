import { type JsonObject, stringAt } from '../../base/json.ts';
import type { AgentEvent } from '../agent.ts';
import { textOf } from './toolCalls.ts';

/** The event that a `session/update` comes to; `undefined` for those that are not shown, known or not. */
export function eventOf(update: JsonObject): AgentEvent | undefined {
  const text = textOf(update['content']);
  if (text === undefined) return undefined;
  switch (stringAt(update, 'sessionUpdate')) {
    case 'agent_message_chunk': {
      const messageId = stringAt(update, 'messageId');
      return { kind: 'text', text, ...(messageId !== undefined && { messageId }) };
    }
    case 'agent_thought_chunk':
      return { kind: 'thought', text };
    default:
      return undefined;
  }
}
