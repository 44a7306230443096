import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ReplayEvent } from '../agent.ts';
import { Items } from './items.ts';

/** What was said and done in the turns of a thread that is resumed. It is only shown; nothing of it is open. */
export function replayOf(turns: readonly JsonObject[]): ReplayEvent[] {
  const items = new Items();
  return turns.flatMap(({ items: told }) =>
    listOf(told).flatMap((item): ReplayEvent[] =>
      item['type'] === 'userMessage' ? userMessage(item) : items.completed('', item),
    ),
  );
}

function userMessage({ content }: JsonObject): ReplayEvent[] {
  const texts = listOf(content).flatMap((part) => stringAt(part, 'text') ?? []);
  return texts.length > 0 ? [{ kind: 'user', text: texts.join('\n') }] : [];
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
