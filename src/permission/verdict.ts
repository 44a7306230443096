import type { Action } from './action.ts';
import { oneLine } from './cut.ts';
import type { Rule, RuleMatch, Verdict, VerdictPart } from './rule.ts';
import { safeText } from './spans.ts';

/** How many characters of a call or a pattern fit into a sentence. */
const MAX = 120;

/** What a rule matches, in words. Redacted. */
export function matchLabel(match: RuleMatch): string {
  switch (match.kind) {
    case 'exact':
      return match.label;
    case 'command':
      return `commands that begin with "${oneLine(match.tokens.map(quoted).join(' '), MAX)}"`;
    case 'path':
      return `${PATH_VERBS[match.tool]} ${oneLine(match.glob, MAX)}`;
    case 'url':
      return `addresses under ${oneLine(`${match.origin}${match.pathPrefix ?? '/'}`, MAX)}`;
    case 'mcp':
      return `${oneLine(`${match.server}: ${match.toolName}`, MAX)} with ${oneLine(
        Object.entries(match.where)
          .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
          .join(', '),
        MAX,
      )}`;
  }
}

const PATH_VERBS = {
  edit: 'edits of',
  write: 'edits and whole new contents of',
  delete: 'deleting',
  read: 'reading',
} as const;

/** A rule covers all of the call. */
export function allowedBy(rule: Rule, action: Action, parts?: readonly VerdictPart[]): Verdict {
  return {
    verdict: 'allow',
    rule,
    why: `Allowed by a rule: ${matchLabel(rule.match)}.`,
    parts: parts ?? [{ text: actionText(action), verdict: 'allow', rule }],
  };
}

export function deniedBy(rule: Rule, action: Action, parts?: readonly VerdictPart[]): Verdict {
  return {
    verdict: 'deny',
    rule,
    why: `Denied by a rule: ${matchLabel(rule.match)}.`,
    parts: parts ?? [{ text: actionText(action), verdict: 'deny', rule }],
  };
}

/** No rule answers: `why` is a sentence, redacted. */
export function asked(action: Action, why = 'No rule covers it.'): Verdict {
  return { verdict: 'ask', why, parts: [{ text: actionText(action), verdict: 'ask' }] };
}

/** The same where it does not matter what the call is. */
export function asks(why: string): Verdict {
  return { verdict: 'ask', why, parts: [] };
}

/** Such a call asks whatever the rules say. */
export function notBindable(action: Action): Verdict {
  if (action.incomplete)
    return asked(action, 'The agent does not show all that it does, so no rule can answer it.');
  if (action.tool === 'execute' && action.cwd === undefined)
    return asked(action, 'It is not known in which folder it runs, so no rule can answer it.');
  if (action.tool === 'edit' && action.change.kind === 'unseen')
    return asked(action, 'The change itself cannot be seen, so no rule can answer it.');
  return asked(action, 'It reaches what decides over permissions, so it always asks.');
}

/** Whether the call does more than its words say, which only an exact rule covers. */
export function reachesFurther(action: Action): string | undefined {
  if (action.widened) return 'It reaches further than usual, so only an exact rule can answer it.';
  if (action.unclassified)
    return 'It has fields that Countersign does not know, so only an exact rule can answer it.';
  return undefined;
}

function actionText(action: Action): string {
  switch (action.tool) {
    case 'execute':
      return safeText(action.command);
    case 'edit':
    case 'delete':
    case 'read':
      return oneLine(action.path, 1000);
    case 'move':
      return oneLine(`${action.from} → ${action.to}`, 1000);
    case 'fetch':
      return oneLine(action.url, 1000);
    case 'mcp':
      return oneLine(`${action.server}: ${action.toolName}`, 1000);
    case 'other':
      return oneLine(action.toolName, 1000);
  }
}

/** A word as a person would type it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./^~-]+$/.test(word) ? word : `'${word}'`;
}
