import { fromBase64 } from '../../src/protocol/phone/bytes.ts';
import type { Draft } from '../../src/protocol/phone/envelope.ts';
import type { PhoneAnswer, ToPhone, ToWorkspace } from '../../src/protocol/phone/payloads.ts';
import { parseToPhone, protocolOf } from '../../src/protocol/phone/payloads.ts';
import { type PhoneRecord, phoneLink } from '../../src/protocol/phone/phonePairing.ts';
import { portableSignatures, type Signatures } from '../../src/protocol/phone/primitives.ts';
import { applyMessage } from './apply.ts';
import { type Durability, Transaction } from './database.ts';
import { Kept, type Snapshot } from './kept.ts';
import { checkedAhead, nativeEd25519 } from './nativeSignatures.ts';
import { Numbers, SET_ASIDE } from './numbers.ts';
import {
  type CardRecord,
  cardOf,
  type Notice,
  type Phase,
  type Preferences,
  parseCardRecord,
  parseNotice,
  parsePreferences,
  parseWorkspace,
  type Workspace,
} from './records.ts';
import { cardKey, forgetAll, putCard } from './rows.ts';

/** What a person chose on a card; what it is bound to is added when it is sealed. */
export type Choice = Omit<PhoneAnswer, 't' | 'card' | 'digest' | 'nonce' | 'at'>;

/** `heard`: the desktop itself spoke, here or just now in another tab. */
export interface Accepted {
  readonly heard: boolean;
  readonly message?: ToPhone;
}

export interface Outgoing {
  readonly mailbox: string;
  readonly envelope: string;
}

/** Another tab has taken the same message when the desktop was heard so lately, in milliseconds. */
const JUST_NOW = 10_000;
const SYNC_LIFE = 60_000;
const CHANGED = 'changed';

/**
 * Keys, cards and settings, shared by all tabs and the service worker. Each step is one transaction, in which keys and
 * sequence numbers move together with what they were used for: two tabs never take one message twice and never send
 * two under one number.
 */
export class Vault {
  readonly #database: IDBDatabase;
  readonly #now: () => number;
  readonly #channel = new BroadcastChannel('countersign');
  readonly #native = nativeEd25519();
  /** By device, which is another one after each pairing. */
  readonly #numbers = new Map<string, Numbers>();
  #kept: Kept | undefined;
  /** Grows with every change that {@link Kept} cannot follow. */
  #changes = 0;

  constructor(database: IDBDatabase, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
    this.onChange(() => this.#dropKept());
  }

  /** Tells when another tab, or the service worker, has changed something. */
  onChange(listener: () => void): void {
    this.#channel.addEventListener('message', listener);
  }

  /** The same as {@link snapshot}, without reading what this page has read or written itself. */
  async current(): Promise<Snapshot> {
    if (this.#kept) return this.#kept.snapshot;
    const changes = this.#changes;
    const snapshot = await this.snapshot();
    if (changes === this.#changes) this.#kept = new Kept(snapshot);
    return snapshot;
  }

  snapshot(): Promise<Snapshot> {
    return Transaction.run(this.#database, 'readonly', async (transaction) => ({
      workspaces: (await transaction.all('workspaces')).flatMap(
        (each) => parseWorkspace(each) ?? [],
      ),
      cards: (await transaction.all('cards')).flatMap((each) => parseCardRecord(each) ?? []),
      preferences: parsePreferences(await transaction.get('settings', 'preferences')),
      notice: parseNotice(await transaction.get('settings', 'notice')),
    }));
  }

  /** A fresh pairing; whatever there was with this workspace is over. */
  keep(record: PhoneRecord, digits: string): Promise<void> {
    const id = record.link.workspace;
    const now = this.#now();
    const workspace: Workspace = {
      id,
      record,
      digits,
      name: '',
      phase: 'pending',
      pairedAt: now,
      lastAt: 0,
      skew: 0,
      heardAt: 0,
      syncs: {},
    };
    return this.#write(async (transaction) => {
      forgetAll(transaction, id);
      transaction.put('workspaces', id, workspace);
    });
  }

  /** Deletes the keys and the cards of a workspace. */
  forget(id: string): Promise<void> {
    return this.#write(async (transaction) => forgetAll(transaction, id));
  }

  /**
   * Opens what came out of the mailbox of a workspace and takes it over, at most once in all tabs. `onTaken`: it can be
   * drawn; it is on its way to the disk, and an answer to it waits until it is there.
   */
  async accept(
    id: string,
    envelope: string,
    { eventId, onTaken }: { eventId?: string | undefined; onTaken?: () => void } = {},
  ): Promise<Accepted> {
    const signatures = await this.#lookAhead(id, envelope);
    return this.#write(async (transaction): Promise<Accepted> => {
      const workspace = parseWorkspace(await transaction.get('workspaces', id));
      if (!workspace) return { heard: false };
      const now = this.#now();
      const link = phoneLink(workspace.record, { now: () => now }, signatures);
      const opened = link.open(envelope);
      if (!opened.ok)
        return { heard: opened.error === 'replayed' && now - workspace.heardAt < JUST_NOW };
      const protocol = protocolOf(opened.value);
      const next: Workspace = {
        ...workspace,
        heardAt: now,
        ...(protocol !== undefined && { protocol }),
        ...(eventId !== undefined && { lastEventId: eventId }),
        record: { ...workspace.record, link: link.state },
      };
      const parsed = parseToPhone(opened.value);
      if (!parsed.ok) {
        transaction.put('workspaces', id, next);
        return { heard: true };
      }
      const message = parsed.value;
      if (message.t === 'revoked') {
        forgetAll(transaction, id);
        const notice: Notice = { name: workspace.name, reason: message.reason };
        transaction.put('settings', 'notice', notice);
      } else {
        await applyMessage({ transaction, workspace: next, message, text: opened.value, now });
      }
      return { heard: true, message };
    }, onTaken && { onTaken });
  }

  /** Seals the request for everything that waits; `undefined` when the workspace is not paired any more. */
  async sync(id: string, sync: string): Promise<Outgoing | undefined> {
    const now = this.#now();
    const asked = await this.#write(async (transaction) => {
      const workspace = parseWorkspace(await transaction.get('workspaces', id));
      if (!workspace) return undefined;
      const all = (await transaction.all('cards')).flatMap((each) => parseCardRecord(each) ?? []);
      const known = all
        .filter((card) => card.workspace === id && card.phase.kind !== 'over')
        .map((card) => card.id)
        .slice(0, 200);
      const recent = Object.entries(workspace.syncs).filter(([, { at }]) => now - at < SYNC_LIFE);
      const syncs = { ...Object.fromEntries(recent), [sync]: { at: now, open: [] } };
      transaction.put('workspaces', id, { ...workspace, syncs });
      return { t: 'sync', known, id: sync, since: workspace.lastAt } as const;
    });
    return asked && this.#seal(id, asked);
  }

  /** Seals any other message that is bound to no card. */
  tell(
    id: string,
    message: Extract<ToWorkspace, { t: 'push' | 'bye' }>,
  ): Promise<Outgoing | undefined> {
    return this.#seal(id, message);
  }

  /**
   * Seals an answer at once: until a browser has drawn what a tap changes, it lets the page wait for nothing. `undefined`
   * when something has to be waited for, which {@link answer} does, and unless the card is open.
   */
  answerNow(id: string, card: string, choice: Choice): Outgoing | undefined {
    const workspace = this.#kept?.workspace(id);
    const record = this.#kept?.card(cardKey(id, card));
    const sent = record && this.#answered(record, choice);
    if (!workspace || !sent) return undefined;
    const number = this.#number(workspace);
    if (number === undefined) return undefined;
    const { toSign, seal } = this.#draft(workspace, number, sent.answer);
    const envelope = seal(portableSignatures.sign(toSign, secretOf(workspace)));
    this.#kept?.follow([{ store: 'cards', key: cardKey(id, card), value: sent.record }]);
    // Not waited for: the number is on the disk as used, and the desktop takes one answer.
    this.#write((transaction) => this.#markSent(transaction, { id, card, choice })).catch(
      () => undefined,
    );
    return { mailbox: workspace.record.mailboxes.toWorkspace, envelope };
  }

  /** Seals an answer; `undefined` unless the card is open and has no answer yet. */
  async answer(id: string, card: string, choice: Choice): Promise<Outgoing | undefined> {
    // First: a card must not stand as answered when there is no number to answer it under.
    const numbered = await this.#numbered(id);
    if (!numbered) return undefined;
    const answer = await this.#write((transaction) =>
      this.#markSent(transaction, { id, card, choice }),
    );
    return answer && this.#sealed(numbered, answer);
  }

  /** The answer is in the mailbox, or `failure` says why it is not known to be there: the card can be answered again. */
  answerLeft(id: string, card: string, failure?: string): Promise<void> {
    return this.#write(async (transaction) => {
      const record = parseCardRecord(await transaction.get('cards', cardKey(id, card)));
      const phase = record && phaseAfter(record.phase, failure);
      if (phase) putCard(transaction, { ...record, phase });
    });
  }

  setPreferences(preferences: Preferences): Promise<void> {
    return this.#write(async (transaction) =>
      transaction.put('settings', 'preferences', preferences),
    );
  }

  dismissNotice(): Promise<void> {
    return this.#write(async (transaction) => transaction.delete('settings', 'notice'));
  }

  /** A transaction does not wait for the browser's own Ed25519, so that looks at the signature before. */
  async #lookAhead(id: string, envelope: string): Promise<Signatures> {
    const record = this.#kept?.workspace(id)?.record;
    const native = record && (await this.#native);
    if (!record || !native) return portableSignatures;
    return checkedAhead(native, (signatures) => {
      phoneLink(record, { now: this.#now }, signatures).open(envelope);
    });
  }

  #dropKept(): void {
    this.#changes++;
    this.#kept = undefined;
  }

  /** The answer to an open card, and the card with it. */
  #answered(record: CardRecord, choice: Choice) {
    const shown = cardOf(record);
    if (!shown || record.phase.kind !== 'open') return undefined;
    const at = this.#now();
    const { digest, nonce } = shown;
    const answer: PhoneAnswer = { t: 'answer', card: record.id, digest, nonce, ...choice, at };
    const phase = { kind: 'sent', outcome: choice.outcome, at, left: false } as const;
    return { answer, record: { ...record, phase } };
  }

  async #markSent(
    transaction: Transaction,
    { id, card, choice }: { id: string; card: string; choice: Choice },
  ): Promise<PhoneAnswer | undefined> {
    const record = parseCardRecord(await transaction.get('cards', cardKey(id, card)));
    const sent = record && this.#answered(record, choice);
    if (sent) putCard(transaction, sent.record);
    return sent?.answer;
  }

  async #seal(id: string, message: ToWorkspace): Promise<Outgoing | undefined> {
    const numbered = await this.#numbered(id);
    return numbered && this.#sealed(numbered, message);
  }

  /** `undefined` when the workspace is not paired any more. */
  async #numbered(id: string): Promise<Numbered | undefined> {
    const workspace = (await this.current()).workspaces.find((each) => each.id === id);
    if (!workspace) return undefined;
    const number = this.#number(workspace) ?? (await this.#setAside(workspace));
    return number === undefined ? undefined : { workspace, number };
  }

  async #sealed({ workspace, number }: Numbered, message: ToWorkspace): Promise<Outgoing> {
    const { toSign, seal } = this.#draft(workspace, number, message);
    const signature = await this.#sign(toSign, secretOf(workspace));
    return { mailbox: workspace.record.mailboxes.toWorkspace, envelope: seal(signature) };
  }

  #number({ record }: Workspace): number | undefined {
    const { device, sent } = record.link;
    return this.#numbers.get(device)?.take(sent);
  }

  /** Resolves with the first of new numbers; `undefined` when this pairing is over. */
  async #setAside({ id, record }: Workspace): Promise<number | undefined> {
    const { device } = record.link;
    const last = await this.#write(
      async (transaction) => {
        const workspace = parseWorkspace(await transaction.get('workspaces', id));
        if (workspace?.record.link.device !== device) return undefined;
        const { link } = workspace.record;
        const sent = link.sent + SET_ASIDE;
        const next = { ...workspace.record, link: { ...link, sent } };
        transaction.put('workspaces', id, { ...workspace, record: next });
        return sent;
      },
      { durability: 'strict' },
    );
    if (last === undefined) return undefined;
    const numbers = new Numbers(last);
    this.#numbers.set(device, numbers);
    return numbers.take(last);
  }

  #draft({ record }: Workspace, number: number, message: ToWorkspace): Draft {
    const link = { ...record.link, sent: number - 1 };
    return phoneLink({ ...record, link }, { now: this.#now }).draft(JSON.stringify(message));
  }

  /** Never rejects: what the browser cannot do is done here. */
  async #sign(message: Uint8Array, secret: Uint8Array): Promise<Uint8Array> {
    const native = await this.#native;
    const signed = await native?.sign(message, secret).catch(() => undefined);
    return signed ?? portableSignatures.sign(message, secret);
  }

  async #write<T>(
    body: (transaction: Transaction) => Promise<T>,
    { durability, onTaken }: { durability?: Durability; onTaken?: () => void } = {},
  ): Promise<T> {
    try {
      const result = await Transaction.run(this.#database, 'readwrite', body, {
        durability,
        // What reads or writes next waits until this one is over.
        onAsked: ({ changes }) => {
          if (changes) this.#kept?.follow(changes);
          else this.#dropKept();
          onTaken?.();
        },
      });
      this.#channel.postMessage(CHANGED);
      return result;
    } catch (error) {
      this.#dropKept();
      throw error;
    }
  }
}

/** A pairing, and a number for its next message. */
interface Numbered {
  readonly workspace: Workspace;
  readonly number: number;
}

/** Of a card whose answer has left, or has not because of `failure`; `undefined` when that changes nothing. */
function phaseAfter(phase: Phase, failure: string | undefined): Phase | undefined {
  if (failure !== undefined)
    return phase.kind === 'sent' || phase.kind === 'open'
      ? { kind: 'open', refused: failure }
      : undefined;
  return phase.kind === 'sent' ? { ...phase, left: true } : undefined;
}

function secretOf({ record }: Workspace): Uint8Array {
  const secret = fromBase64(record.signingKey, 32);
  if (!secret) throw new TypeError('The record of this pairing has no keys');
  return secret;
}
