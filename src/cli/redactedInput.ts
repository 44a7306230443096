import { isJsonObject, type Json, parseJson } from '../base/json.ts';
import type { Action } from '../permission/action.ts';
import { plain, safeText, toSpans } from '../permission/spans.ts';

/** The arguments of an action for a program that reads them: the same fields, with secrets taken out. */
export function redactedInput(action: Action): object {
  const { tool: _, ...args } = action;
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(args)) {
    if (value !== undefined) safe[key] = redactedMember(key, value as Json);
  }
  // Of what a shell runs less may be taken out than of other texts.
  if (action.tool === 'execute') safe['command'] = redactedCommand(action.command);
  return safe;
}

export function redactedCommand(command: string): string {
  return plain(toSpans(command, 'command'));
}

function redacted(value: Json): Json {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (!isJsonObject(value)) return value;
  // `__proto__` is a key like any other here.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [safeText(key), redactedMember(key, member)]),
  );
}

/** A value can be a secret only by its name: `"password": "…"`. */
function redactedMember(key: string, value: Json): Json {
  const safe = redacted(value);
  if (typeof safe !== 'string') return safe;
  const pair = safeText(JSON.stringify({ [key]: safe }));
  if (pair === JSON.stringify({ [safeText(key)]: safe })) return safe;
  const parsed = parseJson(pair);
  const [shown] = isJsonObject(parsed) ? Object.values(parsed) : [];
  return typeof shown === 'string' ? shown : '[redacted]';
}
