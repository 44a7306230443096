import * as vscode from 'vscode';
import type { Broker, Settled } from '../permission/broker.ts';
import type { Display } from '../permission/display.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { canHaveRule } from '../permission/rules.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { wish } from '../protocol/words.ts';
import type { Answering } from './answering.ts';
import { coalesce } from './coalesce.ts';
import { userSettings } from './settings.ts';

const ALLOW = 'Allow once';
const ALWAYS = 'Always allow…';
const DENY = 'Deny';
const SHOW = 'Show';

/** What an agent asks at once is told at once. Milliseconds. */
const GATHER = 150;

/** What fits in a notification: you can only allow what you can see. */
const MAX_LINE = 60;

export interface NotificationsOptions {
  readonly broker: Broker;
  readonly answering: Answering;
  readonly rules: StoredRules;
  /** Whether the person looks at the card of this request right now. */
  isInFront(request: PermissionRequest): boolean;
  show(request: PermissionRequest): void;
  showInbox(): void;
  /** Whether the session ended by itself rather than by the person. */
  hasFailed(sessionKey: string): boolean;
}

/** Editor notifications: one at a time, never a storm. The inbox has them all. */
export class Notifications implements vscode.Disposable {
  readonly #options: NotificationsOptions;
  readonly #disposables: vscode.Disposable[];
  readonly #told = new Set<string>();
  #stopped: PermissionRequest[] = [];
  /** The requests of the notification that is open. */
  #open: ReadonlySet<string> | undefined;

  constructor(options: NotificationsOptions) {
    this.#options = options;
    const next = coalesce(() => this.#next(), GATHER, GATHER);
    const stopped = coalesce(() => this.#tellStopped());
    this.#disposables = [
      next,
      stopped,
      options.broker.onDidRaise(next.run),
      options.broker.onDidSettle((settled) => this.#settled(settled, next.run, stopped.run)),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #next(): void {
    const setting = userSettings.notifications();
    if (this.#open || setting === 'never') return;
    const untold = this.#options.broker.pending.filter(
      (request) =>
        !this.#told.has(request.id) && (setting === 'always' || !this.#options.isInFront(request)),
    );
    const [first] = untold;
    if (!first) return;
    for (const { id } of untold) this.#told.add(id);
    const open = new Set(untold.map(({ id }) => id));
    this.#open = open;
    const shown = untold.length === 1 ? this.#showOne(first) : this.#showSeveral(untold);
    void Promise.resolve(shown).finally(() => {
      if (this.#open !== open) return;
      this.#open = undefined;
      this.#next();
    });
  }

  async #showOne(request: PermissionRequest): Promise<void> {
    const { display } = request;
    const small = isSmall(request);
    const asked = request.questions?.[0];
    // A form says whose it is; a question of the agent speaks for itself.
    const isQuestion = asked && !request.elicitation;
    const text = isQuestion
      ? `${name(request)} asks: ${toast(asked.text)}`
      : `${name(request)} wants to ${toast(wish(display))}${ending(display)}`;
    const always = canHaveRule(request) ? [ALWAYS] : [];
    const buttons = asked ? [SHOW] : small ? [ALLOW, ...always, DENY, SHOW] : [SHOW, DENY];
    const choice = display.risk
      ? await vscode.window.showWarningMessage(text, ...buttons)
      : await vscode.window.showInformationMessage(text, ...buttons);
    const { answering } = this.#options;
    if (choice === ALLOW) await answering.answer(request, 'notification', { outcome: 'allow' });
    else if (choice === DENY) await answering.answer(request, 'notification', { outcome: 'deny' });
    else if (choice === ALWAYS) await this.#always(request);
    else if (choice === SHOW) this.#options.show(request);
  }

  async #always(request: PermissionRequest): Promise<void> {
    const { answering, rules } = this.#options;
    const { chooseRule } = await import('./ruleChoice.ts');
    const rule = await chooseRule(request, 'allow', rules);
    if (rule) await answering.answer(request, 'notification', { outcome: 'allow', rule });
  }

  async #showSeveral(requests: readonly PermissionRequest[]): Promise<void> {
    const risky = requests.filter(({ display }) => display.risk).length;
    const text = risky
      ? `${requests.length} requests are waiting, ${risky} ${risky === 1 ? 'is' : 'are'} high risk.`
      : `${requests.length} requests are waiting: ${byAgent(requests)}.`;
    const choice = risky
      ? await vscode.window.showWarningMessage(text, SHOW)
      : await vscode.window.showInformationMessage(text, SHOW);
    if (choice === SHOW) this.#options.showInbox();
  }

  #settled({ request, decision }: Settled, next: () => void, stopped: () => void): void {
    this.#told.delete(request.id);
    if (decision.by.kind === 'agentGone') {
      this.#stopped.push(request);
      stopped();
    }
    if (!this.#open?.has(request.id)) return;
    const rest = [...this.#open].filter((id) => id !== request.id);
    this.#open = rest.length > 0 ? new Set(rest) : undefined;
    if (rest.length > 0) return;
    // The API cannot close one notification. Hidden, it waits in the notification centre and no longer answers anything.
    if (decision.by.kind !== 'person' || decision.by.surface !== 'notification') {
      void vscode.commands.executeCommand('notifications.hideToasts');
    }
    next();
  }

  /** One sentence for all that an agent left behind; none for a session that the person ended. */
  #tellStopped(): void {
    const stopped = this.#stopped.filter((request) => this.#options.hasFailed(request.session.key));
    this.#stopped = [];
    const [first] = stopped;
    if (!first) return;
    const what = stopped.length === 1 ? '1 request was' : `${stopped.length} requests were`;
    void vscode.window
      .showWarningMessage(`${name(first)} stopped while ${what} waiting. Nothing ran.`, SHOW)
      .then((choice) => choice === SHOW && this.#options.show(first));
  }
}

/** The risk, or the payload where the first words do not say it yet. */
function ending(display: Display): string {
  if (display.risk) return `. ${toast(display.risk.text)}`;
  const saysIt = display.kind !== 'command' && display.kind !== 'fetch' && display.kind !== 'other';
  return saysIt ? '.' : `: ${toast(display.oneLine)}`;
}

function isSmall({ display, options }: PermissionRequest): boolean {
  return (
    display.oneLineIsAll &&
    !display.risk &&
    display.secrets.length === 0 &&
    display.hidden === 0 &&
    display.oneLine.length <= MAX_LINE &&
    options.some(({ kind }) => kind === 'allow_once')
  );
}

function byAgent(requests: readonly PermissionRequest[]): string {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(name(request), (counts.get(name(request)) ?? 0) + 1);
  return [...counts].map(([agent, count]) => `${count} from ${agent}`).join(', ');
}

function name({ agent }: PermissionRequest): string {
  return toast(agent.name);
}

/** Agent text in a notification: cut, and unable to become a link (notifications render Markdown links). */
function toast(text: string): string {
  const safe = safeText(text).replaceAll('](', ']\u200B(');
  return safe.length > MAX_LINE ? `${safe.slice(0, MAX_LINE - 1)}…` : safe;
}
