import type { CardView } from '../../src/protocol/cardView.ts';
import type { SuggestionView } from '../../src/protocol/ruleView.ts';
import { plainText } from './spanText.tsx';
import type { Display } from './types.ts';

/** Sentences of the card that are put together from a request. */

/** `1 secret is hidden here, …`; what holds it is a command or the request. */
export function secretSentence({ kind, secrets }: Display): string {
  const one = secrets.length === 1;
  const holder = kind === 'command' ? 'command' : 'request';
  return (
    `${secrets.length} ${one ? 'secret is' : 'secrets are'} hidden here, on the phone and in the history. ` +
    `The ${holder} itself still contains ${one ? 'it' : 'them'}.`
  );
}

/** The first words of the note on invisible characters. */
export function hiddenSentence(count: number): string {
  return count === 1
    ? '1 invisible character is shown as a code.'
    : `${count} invisible characters are shown as codes.`;
}

/** Where a rule would hold. */
export type RuleScope = 'session' | 'workspace' | 'global';

/** What a rule does with a call. */
export type RuleEffect = 'allow' | 'deny';

/** What a rule for exactly this request would do, before it is made. */
export function effectSentence(
  card: CardView,
  scope: RuleScope,
  effect: RuleEffect = 'allow',
): string {
  const { display } = card;
  if (effect === 'deny')
    return `${whoMayNot(card, scope)} ${doing(display)} ${whereNot(card, scope)}. ${limit(display)}`;
  return `${whoMay(card, scope)} ${doing(display)} ${whereMay(card, scope)}. ${limit(display)}`;
}

/** The same for a pattern, in its own words: `commands that begin with "pnpm test"`. */
export function patternSentence(card: CardView, scope: RuleScope, pattern: string): string {
  const further = scope === 'global' ? ' This also covers folders you have not opened yet.' : '';
  return `${whoMay(card, scope)} do this ${whereMay(card, scope)}: ${pattern}.${further}`;
}

/** What a rule for a suggested pattern would do, before it is made. */
export function ruleSentence(
  card: CardView,
  scope: RuleScope,
  { kind, pattern }: SuggestionView,
  effect: RuleEffect,
): string {
  const what = `${PATTERN_VERBS[kind]}${pattern.replace(/ …$/, '')}${PATTERN_ENDS[kind]}`;
  const further = scope === 'global' ? ' This also covers folders you have not opened yet.' : '';
  if (effect === 'deny')
    return `${whoMayNot(card, scope)} ${what} ${whereNot(card, scope)}.${further}`;
  return `${whoMay(card, scope)} ${what} ${whereMay(card, scope)}. ${PATTERN_LIMITS[kind]}${further}`;
}

const PATTERN_VERBS = { command: 'run ', path: '', url: 'fetch from ', mcp: 'call ' } as const;
const PATTERN_ENDS = { command: ' with any arguments', path: '', url: '', mcp: '' } as const;
const PATTERN_LIMITS = {
  command: 'Joined with other commands it still asks, unless each of them has a rule.',
  path: 'Files elsewhere ask again.',
  url: 'Other addresses ask again.',
  mcp: 'Other values ask again.',
} as const;

function whoMayNot({ agent }: CardView, scope: RuleScope): string {
  return scope === 'session' ? `${agent.name} may not` : 'No agent may';
}

function whereNot({ session }: CardView, scope: RuleScope): string {
  switch (scope) {
    case 'session':
      return `in ${session.folder} until this session ends: it is denied without asking`;
    case 'workspace':
      return `in ${session.folder}: it is denied without asking`;
    case 'global':
      return 'in any folder on this machine: it is denied without asking';
  }
}

function whoMay({ agent }: CardView, scope: RuleScope): string {
  return scope === 'session' ? `${agent.name} may` : 'Any agent may';
}

function whereMay({ session }: CardView, scope: RuleScope): string {
  switch (scope) {
    case 'session':
      return `in ${session.folder} without asking until this session ends`;
    case 'workspace':
      return `in ${session.folder} without asking`;
    case 'global':
      return 'in every folder on this machine without asking';
  }
}

function doing(display: Display): string {
  const name = plainText(display.subject);
  switch (display.kind) {
    case 'command':
      return 'run exactly this command';
    case 'edit':
      return `make exactly this change to ${name}`;
    case 'create':
      return `create ${name} with exactly this content`;
    case 'delete':
      return `delete ${name}`;
    case 'move':
      return `move ${name} to ${display.place ? plainText(display.place.name) : 'this place'}`;
    case 'read':
      return `read ${name}`;
    case 'fetch':
      return `fetch exactly this address from ${name}`;
    case 'mcp':
      return `call ${name} with exactly these arguments`;
    case 'question':
    case 'other':
      return `use ${name} with exactly this input`;
  }
}

function limit({ kind }: Display): string {
  switch (kind) {
    case 'edit':
    case 'create':
      return 'A different change asks again.';
    case 'delete':
    case 'move':
    case 'read':
      return 'A different path asks again.';
    case 'fetch':
      return 'A different address asks again.';
    default:
      return 'A changed argument asks again.';
  }
}

/** A count with its noun: `1 request`, `3 requests`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `14:02`. */
export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** Date and time, for titles. */
export function fullTime(at: number): string {
  return new Date(at).toLocaleString();
}
