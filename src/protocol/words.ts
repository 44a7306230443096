import type { Settled } from '../permission/broker.ts';
import type { DecidedBy } from '../permission/decision.ts';
import type { Display } from '../permission/display.ts';
import type { AgentInfo, PermissionOption } from '../permission/request.ts';
import { plain, toSpans } from '../permission/spans.ts';

/** The words that every surface uses. Sentence case; full stop on sentences only. */

const MONOGRAMS: Readonly<Record<string, string>> = {
  claude: 'CC',
  codex: 'CX',
  gemini: 'GE',
  opencode: 'OC',
  qwen: 'QW',
  copilot: 'CP',
};

/** Two letters for an agent, never a logo. */
export function monogram(agent: Pick<AgentInfo, 'id' | 'name'>): string {
  const known = Object.hasOwn(MONOGRAMS, agent.id) ? MONOGRAMS[agent.id] : undefined;
  if (known) return known;
  const letters = agent.name.match(/[\p{L}\p{N}]/gu) ?? ['?'];
  return letters.slice(0, 2).join('').toUpperCase();
}

/** `now`, `41 s`, `2 min`, `3 h`, `2 d`. */
export function age(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** How a request ended, as one line with an icon. */
export interface OutcomeLine {
  readonly tone: 'ok' | 'no' | 'gone';
  /** A codicon. */
  readonly icon: string;
  readonly text: string;
}

export function outcomeLine({ request, decision, delivery, narrowed }: Settled): OutcomeLine {
  const agent = request.agent.name;
  if (delivery === 'failed') {
    return {
      tone: 'gone',
      icon: 'debug-disconnect',
      text: `The answer did not reach ${agent}. It is not known whether this ran.`,
    };
  }
  const { by } = decision;
  switch (by.kind) {
    case 'person':
      return personLine(request.display, decision, narrowed);
    case 'rule': {
      const allowed = decision.outcome === 'allow';
      return {
        tone: allowed ? 'ok' : 'no',
        icon: 'law',
        text: `${allowed ? 'Allowed' : 'Denied'} by a rule of ${SCOPE_WORDS[by.scope]}`,
      };
    }
    case 'ttl':
      return {
        tone: 'no',
        icon: 'circle-slash',
        text: `Denied: nobody answered within ${minutesWords(by.minutes)}. Nothing ran.`,
      };
    case 'agentWithdrew':
      return {
        tone: 'gone',
        icon: 'discard',
        text: `Withdrawn by ${agent} before an answer. Nothing ran.`,
      };
    case 'agentGone':
      return {
        tone: 'gone',
        icon: 'debug-disconnect',
        text: `${agent} stopped while this was waiting. Nothing ran.`,
      };
    case 'shutdown':
      return {
        tone: 'gone',
        icon: 'debug-disconnect',
        text: 'The window closed while this was waiting. Nothing ran.',
      };
  }
}

/** `1 minute`, `30 minutes`. */
export function minutesWords(minutes: number): string {
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

const SCOPE_WORDS = {
  session: 'this session',
  workspace: 'this workspace',
  global: 'yours, everywhere',
} as const;

/** Where an "always" holds. */
export const ALWAYS_WORDS = {
  session: 'in this session',
  workspace: 'in this workspace',
  global: 'everywhere',
} as const;

function personLine(
  display: Display,
  decision: Settled['decision'],
  narrowed: boolean,
): OutcomeLine {
  const device = decision.by.kind === 'person' ? decision.by.device : undefined;
  const you = device ? `you on ${device}` : 'you';
  const where = device ? 'device-mobile' : undefined;
  const said = decision.feedback && `: “${plain(toSpans(decision.feedback))}”`;
  if (decision.outcome === 'deny') {
    const verb = display.kind === 'question' ? 'Skipped' : 'Denied';
    if (decision.rule) {
      const reach = ALWAYS_WORDS[decision.rule.scope];
      const text = `Always denied by ${you} ${reach}${said ?? ''}`;
      return { tone: 'no', icon: where ?? 'circle-slash', text };
    }
    return { tone: 'no', icon: where ?? 'circle-slash', text: `${verb} by ${you}${said ?? ''}` };
  }
  if (decision.answers) {
    const answer = plain(toSpans(Object.values(decision.answers).join(', ')));
    return { tone: 'ok', icon: where ?? 'check', text: `Answered by ${you}: “${answer}”` };
  }
  if (decision.rule) {
    return {
      tone: 'ok',
      icon: where ?? 'check',
      text: `Always allowed by ${you} ${ALWAYS_WORDS[decision.rule.scope]}`,
    };
  }
  const once = narrowed ? '. What you chose reaches further, so it was sent as once' : '';
  return { tone: 'ok', icon: where ?? 'check', text: `Allowed once by ${you}${once}` };
}

/** What one of the agent's own options comes to. `isPlain`: it is what the card's own button sends. */
export function optionNote(
  { kind, bound, nativeScope }: PermissionOption,
  isPlain: boolean,
): string {
  switch (kind) {
    case 'allow_once':
      return isPlain ? 'Same as Allow once' : nativeScope;
    case 'reject_once':
      return isPlain ? 'Same as Deny' : nativeScope;
    case 'allow_always':
    case 'reject_always':
      return bound === 'exact' ? nativeScope : 'Wider than this call: will be sent as once';
  }
}

/** `run a command in packages/auth`: follows "wants to" and has no agent in it. */
export function wish({ verb, subject, place }: Display): string {
  const name = subject.length > 0 ? ` ${plain(subject)}` : '';
  const where = place ? ` ${place.words} ${plain(place.name)}` : '';
  return `${verb.charAt(0).toLowerCase()}${verb.slice(1)}${name}${where}`;
}

/** The other place where a request was answered: `Already answered on Pixel 8.` */
export function alreadyAnswered(by: DecidedBy): string {
  switch (by.kind) {
    case 'person':
      return `Already answered ${by.device ? `on ${by.device}` : SURFACE_WORDS[by.surface]}.`;
    case 'rule':
      return 'Already answered by a rule.';
    case 'ttl':
      return `Already denied: nobody answered within ${minutesWords(by.minutes)}.`;
    case 'agentWithdrew':
      return 'The agent took this request back. Nothing ran.';
    case 'agentGone':
      return 'The agent stopped before this answer. Nothing ran.';
    case 'shutdown':
      return 'The window closed before this answer. Nothing ran.';
  }
}

/** Where a person answered, at the end of a sentence. */
export const SURFACE_WORDS = {
  chat: 'in the chat',
  inbox: 'in the inbox',
  notification: 'in the notification',
  cards: 'in the card panel',
  diff: 'in the diff editor',
  codelens: 'in the editor',
  palette: 'with a command',
  cli: 'in the terminal',
  phone: 'on the phone',
} as const;

/** Said before a person adds a sentence to a deny that the agent has no place for. */
export function nextPromptWords(agentName: string): string {
  return `${agentName} has no place for a message with a denial: it will be sent as your next message.`;
}

/** Said where an answer does not fit its field; the request stays open. */
export function unfitAnswer({
  question,
  reason,
}: {
  readonly question: string;
  readonly reason: string;
}): string {
  return `“${question}”: ${reason} Nothing was sent. Change the answer and send it again.`;
}
