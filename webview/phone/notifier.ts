import * as v from 'valibot';
import { fromBase64 } from '../../src/protocol/phone/bytes.ts';
import { parseEnvelope } from '../../src/protocol/phone/envelope.ts';
import {
  type PhoneCard,
  pushTopic,
  type Resolved,
  type ToPhone,
} from '../../src/protocol/phone/payloads.ts';
import { WAKE_UP } from '../../src/protocol/phone/pushMessage.ts';
import { wish } from '../../src/protocol/words.ts';
import { leave } from './mailbox.ts';
import { subscriptionInfo } from './push.ts';
import { resolvedOf, type Workspace } from './records.ts';
import type { Outgoing, Vault } from './vault.ts';
import type { NotificationClick, WorkerScope } from './workerTypes.ts';

const cardData = v.object({ workspace: v.string(), card: v.string() });
type CardData = v.InferOutput<typeof cardData>;

/** The field that browsers have and the library does not name yet. */
interface Options extends NotificationOptions {
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
  readonly renotify?: boolean;
}

/** Opens sealed cards that came by push, shows them as notifications, and sends the answers that are given there. */
export class Notifier {
  readonly #scope: WorkerScope;
  readonly #vault: Promise<Vault>;

  constructor(scope: WorkerScope, vault: Promise<Vault>) {
    this.#scope = scope;
    this.#vault = vault;
    vault.catch(() => undefined);
  }

  /** Every push shows something: a browser shows a notice of its own for those that do not. */
  async push(text: string): Promise<void> {
    if (text === WAKE_UP) return this.#showWakeUp();
    const workspace = parseEnvelope(text)?.header.w;
    const vault = await this.#vault;
    const accepted = workspace === undefined ? undefined : await vault.accept(workspace, text);
    const message = accepted?.message;
    if (workspace !== undefined && message) await this.#show(workspace, message);
    else await this.#showWaiting();
  }

  async click({ action, notification }: NotificationClick): Promise<void> {
    const data = v.safeParse(cardData, notification.data);
    if (!data.success) {
      notification.close();
      return this.#open('');
    }
    const { workspace, card } = data.output;
    // On iPhone there are no buttons: whatever is pressed opens the card.
    if (action !== 'deny' && action !== 'allow') {
      notification.close();
      return this.#open(`card.${workspace}.${card}`);
    }
    notification.close();
    await this.#answer(data.output, action);
  }

  /** The browser has replaced the subscription: the desktop has to know the new one. */
  async subscribeAgain(): Promise<void> {
    const vault = await this.#vault;
    const { registration } = this.#scope;
    const { workspaces } = await vault.snapshot();
    const workspace = workspaces.find(({ id }) => registration.scope.endsWith(`/push/${id}/`));
    const key = workspace?.vapidKey === undefined ? undefined : fromBase64(workspace.vapidKey);
    if (!workspace || !key) return;
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: new Uint8Array(key),
    });
    const info = subscriptionInfo(subscription);
    if (info) await send(await vault.tell(workspace.id, { t: 'push', subscription: info }));
  }

  async #show(id: string, message: ToPhone): Promise<void> {
    const { cards, workspaces, preferences } = await (await this.#vault).snapshot();
    const workspace = workspaces.find((each) => each.id === id);
    if (workspace && message.t === 'resolved') return this.#showResolved(workspace, message);
    if (!workspace || message.t !== 'card') return this.#showWaiting();
    const { card } = message;
    const kept = cards.find((each) => each.workspace === id && each.id === card.id);
    if (kept?.phase.kind !== 'over') return this.#showCard(workspace, card, preferences.details);
    // The push was slower than the stream, which has said already that it is over.
    const resolved = resolvedOf(kept);
    return resolved ? this.#showResolved(workspace, resolved) : this.#showWaiting();
  }

  async #showCard(workspace: Workspace, card: PhoneCard, details: boolean): Promise<void> {
    // One can only allow what one can see: else the same button opens the card.
    const allow = details && fitsInNotification(card) ? 'allow' : 'show';
    await this.#notify(`${card.agent.name} asks`, {
      body: bodyOf(card, details),
      tag: tagOf(workspace, card.id),
      renotify: true,
      requireInteraction: true,
      data: { workspace: workspace.id, card: card.id } satisfies CardData,
      actions: [
        ...(card.display.questions
          ? [{ action: 'show', title: 'Answer' }]
          : [
              { action: 'deny', title: 'Deny' },
              { action: allow, title: 'Allow once' },
            ]),
      ],
    });
  }

  /** Takes the place of the card's own notification, so that nobody answers what is over. */
  async #showResolved(workspace: Workspace, { card, agent, outcome }: Resolved): Promise<void> {
    await this.#notify(agent, {
      body: outcome.text,
      tag: tagOf(workspace, card),
      silent: true,
      data: { workspace: workspace.id, card } satisfies CardData,
    });
  }

  /** A request that is too large for a push: the page fetches it. It may not be among those that are here. */
  async #showWakeUp(): Promise<void> {
    const waiting = await this.#countWaiting();
    await this.#notify('Countersign', {
      body: waiting > 1 ? `${waiting} requests are waiting.` : 'A request is waiting.',
      tag: 'countersign',
      renotify: true,
    });
  }

  /** What a page has taken already, or what cannot be opened. */
  async #showWaiting(): Promise<void> {
    const waiting = await this.#countWaiting();
    await this.#notify('Countersign', {
      body:
        waiting === 0
          ? 'Open the page to see what is new.'
          : waiting === 1
            ? '1 request is waiting.'
            : `${waiting} requests are waiting.`,
      tag: 'countersign',
      silent: true,
    });
  }

  async #countWaiting(): Promise<number> {
    const { cards } = await (await this.#vault).snapshot();
    return cards.filter(({ phase }) => phase.kind !== 'over').length;
  }

  async #answer({ workspace, card }: CardData, action: 'deny' | 'allow'): Promise<void> {
    const vault = await this.#vault;
    const outgoing = await vault.answer(workspace, card, { outcome: action });
    if (!outgoing) return this.#open(`card.${workspace}.${card}`);
    const failure = await send(outgoing).then(
      () => undefined,
      () => NOT_SENT,
    );
    await vault.answerLeft(workspace, card, failure);
    if (failure === undefined) return;
    await this.#notify('Not answered', {
      body: failure,
      tag: `failed-${card}`,
      data: { workspace, card } satisfies CardData,
    });
  }

  #notify(title: string, options: Options): Promise<void> {
    return this.#scope.registration.showNotification(title, { icon: 'icon-192.png', ...options });
  }

  /** In the page that is open already, else in a new one. */
  async #open(link: string): Promise<void> {
    const { clients } = this.#scope;
    const [page] = await clients.matchAll({ type: 'window', includeUncontrolled: true });
    if (!page) {
      const home = new URL('./', this.#scope.location.href).href;
      await clients.openWindow(link === '' ? home : `${home}#${link}`);
      return;
    }
    page.postMessage(link);
    await page.focus();
  }
}

const NOT_SENT =
  'Your answer may not have reached the desktop. It counts only once the desktop confirms it.';
const MAX_LETTERS = 120;

/** Whether everything of the request stands in the notification. */
function fitsInNotification(card: PhoneCard): boolean {
  const { display, canAllow, mayAllow, shortened } = card;
  return (
    canAllow &&
    mayAllow === 'yes' &&
    !shortened &&
    !display.risk &&
    !display.questions &&
    display.oneLineIsAll &&
    display.oneLine.length <= MAX_LETTERS &&
    display.secrets.length === 0 &&
    display.hidden === 0
  );
}

function bodyOf({ display }: PhoneCard, details: boolean): string {
  const text = display.questions ? 'A question' : wish(display);
  const what = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  if (!details) return what;
  const risk = display.risk ? `${display.risk.text}\n` : '';
  return `${risk}${what}\n${display.oneLine}`;
}

function tagOf({ record }: Workspace, card: string): string {
  return pushTopic(record.link.device, card);
}

async function send(outgoing: Outgoing | undefined): Promise<void> {
  if (outgoing) await leave(outgoing.mailbox, outgoing.envelope);
}
