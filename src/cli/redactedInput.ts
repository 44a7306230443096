import { isJsonObject, type Json } from '../base/json.ts';
import type { Action } from '../permission/action.ts';
import { type JsonPlace, membersOf, secretsInString } from '../permission/jsonSecrets.ts';
import { plain, safeText, spansBetween, toSpans } from '../permission/spans.ts';

/** The arguments of an action for a program that reads them: the same fields, with secrets taken out. */
export function redactedInput(action: Action): object {
  const { tool: _, ...args } = action;
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(args)) {
    if (value !== undefined) safe[key] = redacted(value as Json, { key, secrets: [] });
  }
  // Of what a shell runs less may be taken out than of other texts.
  if (action.tool === 'execute') safe['command'] = redactedCommand(action.command);
  return safe;
}

export function redactedCommand(command: string): string {
  return plain(toSpans(command, 'command'));
}

function redacted(value: Json, place: JsonPlace): Json {
  if (typeof value === 'string')
    return plain(spansBetween(value, secretsInString(value, place), 0, value.length));
  if (typeof value !== 'object' || value === null) return value;
  const members = membersOf(value, place);
  if (!isJsonObject(value)) return members.map(([, member, at]) => redacted(member, at));
  // `__proto__` is a key like any other here.
  return Object.fromEntries(
    members.map(([key, member, at]) => [safeText(key), redacted(member, at)]),
  );
}
