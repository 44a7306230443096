import * as v from 'valibot';
import { err, ok, type Result } from '../base/result.ts';
import { RULE_SCOPES } from '../permission/decision.ts';
import type { CardView } from './cardView.ts';
import type { ChatEntry, SessionView } from './chatView.ts';
import type { RuleOfferView } from './ruleView.ts';

/** From the extension to the card panel; a chat panel, which also shows cards, hears it as well. */
export type ToCards =
  /** Everything that waits, oldest first, plus what was settled since the panel was last empty. */
  | { readonly type: 'cards'; readonly cards: readonly CardView[] }
  | CardsChanged
  | CardReply
  /** A keyboard command of VS Code, for the card that has the focus. */
  | { readonly type: 'key'; readonly key: CardKey }
  | WindowFocused
  /** Scroll to a card and focus it. */
  | { readonly type: 'reveal'; readonly requestId: string };

/** From the extension to a chat panel. */
export type ToChat =
  | { readonly type: 'session'; readonly session: SessionView }
  /** `entries` replace everything from index `from` on. */
  | { readonly type: 'entries'; readonly from: number; readonly entries: readonly ChatEntry[] }
  /** Requests that wait in other sessions. */
  | { readonly type: 'elsewhere'; readonly requests: number; readonly sessions: readonly string[] }
  | ToCards;

/** New cards and changed ones; many at once, so that a thousand requests are not a thousand drawings. */
export interface CardsChanged {
  readonly type: 'changed';
  readonly cards: readonly CardView[];
}

/** VS Code's window came to the front: the click that brought it there was not meant for a card. */
export interface WindowFocused {
  readonly type: 'windowFocused';
}

/** What a card is told about what it sent. */
export type CardReply =
  /** Why an answer did not count; shown on its card. */
  | { readonly type: 'refused'; readonly requestId: string; readonly text: string }
  /** What its form for rules can offer; comes again when more is known. */
  | { readonly type: 'ruleOffer'; readonly requestId: string; readonly offer: RuleOfferView };

export type CardKey =
  | 'allowOnce'
  | 'deny'
  | 'alwaysAllow'
  | 'openDiff'
  | 'more'
  | 'next'
  | 'previous';

const answer = v.object({
  type: v.literal('answer'),
  requestId: v.string(),
  argsHash: v.string(),
  outcome: v.picklist(['allow', 'deny']),
  optionId: v.exactOptional(v.string()),
  /** What it matches is never the page's own: `exact`, or the id of a suggestion. */
  rule: v.exactOptional(
    v.object({
      scope: v.picklist(RULE_SCOPES),
      match: v.pipe(v.string(), v.maxLength(4000)),
      expiresAt: v.exactOptional(v.pipe(v.number(), v.finite())),
    }),
  ),
  feedback: v.exactOptional(v.pipe(v.string(), v.maxLength(4000))),
  answers: v.exactOptional(v.record(v.string(), v.pipe(v.string(), v.maxLength(4000)))),
});

const requestOnly = <const T extends string>(type: T) =>
  v.object({ type: v.literal(type), requestId: v.string() });

const fromWebview = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  /** The page has, or lost, the keyboard focus. */
  v.object({ type: v.literal('focus'), focused: v.boolean() }),
  answer,
  requestOnly('openDiff'),
  requestOnly('openWhole'),
  requestOnly('copy'),
  requestOnly('dismiss'),
  /** Opens the page that an MCP server wants opened, after VS Code's own question. */
  requestOnly('openPage'),
  /** Opens a link of the agent's markdown, after VS Code's own question. */
  v.object({ type: v.literal('openLink'), href: v.string() }),
  /** Opens a file that the session's head names; any other path is refused. */
  v.object({ type: v.literal('openDoor'), path: v.string() }),
  v.object({ type: v.literal('prompt'), text: v.pipe(v.string(), v.maxLength(1_000_000)) }),
  v.object({ type: v.literal('stop') }),
  /** A new session with the same agent; without a key, the one that the page shows. */
  v.object({ type: v.literal('startAgain'), sessionKey: v.exactOptional(v.string()) }),
  /** The same conversation again, with the agent that has ended. */
  v.object({ type: v.literal('resumeSession') }),
  v.object({ type: v.literal('setMode'), id: v.string() }),
  v.object({ type: v.literal('setModel'), id: v.string() }),
  v.object({ type: v.literal('newSession') }),
  v.object({ type: v.literal('showInbox') }),
  /** The form for rules opens: what can it offer? */
  requestOnly('askRules'),
  v.object({ type: v.literal('showRule'), ruleId: v.string() }),
  v.object({ type: v.literal('revokeRule'), ruleId: v.string() }),
]);

/** From a webview to the extension. */
export type FromWebview = v.InferOutput<typeof fromWebview>;
export type AnswerMessage = v.InferOutput<typeof answer>;

/** Parses what a webview sent; nothing in it is trusted. */
export function parseFromWebview(message: unknown): Result<FromWebview, string> {
  const parsed = v.safeParse(fromWebview, message);
  return parsed.success ? ok(parsed.output) : err(v.summarize(parsed.issues));
}
