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
import {
  cardOf,
  type Notice,
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
/** Half of what the desktop's window reaches over: a page that skips them leaves nothing behind that is on its way. */
const SET_ASIDE = 32;

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
  /** Workspaces for which this page has set numbers aside. */
  readonly #hasNumbers = new Set<string>();
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
      reserved: 0,
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
  sync(id: string, sync: string): Promise<Outgoing | undefined> {
    const now = this.#now();
    return this.#withNumber(id, async (transaction) => {
      const workspace = parseWorkspace(await transaction.get('workspaces', id));
      if (!workspace) return undefined;
      const all = (await transaction.all('cards')).flatMap((each) => parseCardRecord(each) ?? []);
      const known = all
        .filter((card) => card.workspace === id && card.phase.kind !== 'over')
        .map((card) => card.id)
        .slice(0, 200);
      const syncs = Object.entries(workspace.syncs).filter(([, { at }]) => now - at < SYNC_LIFE);
      const next = {
        ...workspace,
        syncs: { ...Object.fromEntries(syncs), [sync]: { at: now, open: [] } },
      };
      return this.#draft(transaction, next, {
        t: 'sync',
        known,
        id: sync,
        since: workspace.lastAt,
      });
    });
  }

  /** Seals any other message that is bound to no card. */
  tell(
    id: string,
    message: Extract<ToWorkspace, { t: 'push' | 'bye' }>,
  ): Promise<Outgoing | undefined> {
    return this.#withNumber(id, async (transaction) => {
      const workspace = parseWorkspace(await transaction.get('workspaces', id));
      return workspace && this.#draft(transaction, workspace, message);
    });
  }

  /** Seals an answer; `undefined` unless the card is open and has no answer yet. */
  answer(id: string, card: string, choice: Choice): Promise<Outgoing | undefined> {
    const now = this.#now();
    return this.#withNumber(id, async (transaction) => {
      const workspace = parseWorkspace(await transaction.get('workspaces', id));
      const record = parseCardRecord(await transaction.get('cards', cardKey(id, card)));
      const shown = record && cardOf(record);
      if (!workspace || !shown || record.phase.kind !== 'open') return undefined;
      const { digest, nonce } = shown;
      const sent = { kind: 'sent', outcome: choice.outcome, at: now, left: false } as const;
      putCard(transaction, { ...record, phase: sent });
      const answer: PhoneAnswer = { t: 'answer', card, digest, nonce, ...choice, at: now };
      return this.#draft(transaction, workspace, answer);
    });
  }

  /** The answer is in the mailbox, or `failure` says why it is not known to be there: the card can be answered again. */
  answerLeft(id: string, card: string, failure?: string): Promise<void> {
    return this.#write(async (transaction) => {
      const record = parseCardRecord(await transaction.get('cards', cardKey(id, card)));
      if (record?.phase.kind !== 'sent') return;
      const phase =
        failure === undefined
          ? ({ ...record.phase, left: true } as const)
          : ({ kind: 'open', refused: failure } as const);
      putCard(transaction, { ...record, phase });
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

  /**
   * Runs `body`, which drafts one message, and seals it. Numbers are set aside in blocks, on the disk itself, so that an answer does not
   * wait for the disk. Each page begins with a block of its own: it cannot know what a machine without power has lost.
   */
  async #withNumber(
    id: string,
    body: (transaction: Transaction) => Promise<Unsealed | undefined>,
  ): Promise<Outgoing | undefined> {
    if (!this.#hasNumbers.has(id)) await this.#setAside(id);
    const unsealed = await this.#write(body).catch(async (error: unknown) => {
      if (!(error instanceof NoNumberLeft)) throw error;
      await this.#setAside(id);
      return this.#write(body);
    });
    if (!unsealed) return undefined;
    const { mailbox, draft, signature } = unsealed;
    return { mailbox, envelope: draft.seal(await signature) };
  }

  async #setAside(id: string): Promise<void> {
    const isFirst = !this.#hasNumbers.has(id);
    await this.#write(
      async (transaction) => {
        const workspace = parseWorkspace(await transaction.get('workspaces', id));
        if (!workspace) return;
        const { link } = workspace.record;
        const sent = isFirst ? Math.max(link.sent, workspace.reserved) : link.sent;
        const record = { ...workspace.record, link: { ...link, sent } };
        transaction.put('workspaces', id, { ...workspace, record, reserved: sent + SET_ASIDE });
      },
      { durability: 'strict' },
    );
    this.#hasNumbers.add(id);
  }

  /** Its number is used up with the transaction; it is signed meanwhile. */
  #draft(transaction: Transaction, workspace: Workspace, message: ToWorkspace): Unsealed {
    if (workspace.record.link.sent >= workspace.reserved) throw new NoNumberLeft();
    const link = phoneLink(workspace.record, { now: this.#now });
    const draft = link.draft(JSON.stringify(message));
    const record = { ...workspace.record, link: link.state };
    transaction.put('workspaces', workspace.id, { ...workspace, record });
    const signature = this.#sign(draft.toSign, record);
    return { mailbox: record.mailboxes.toWorkspace, draft, signature };
  }

  /** Never rejects: what the browser cannot do is done here. */
  async #sign(message: Uint8Array, { signingKey }: PhoneRecord): Promise<Uint8Array> {
    const secret = fromBase64(signingKey, 32) ?? new Uint8Array();
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

/** A message that has its number, and soon its signature. */
interface Unsealed {
  readonly mailbox: string;
  readonly draft: Draft;
  readonly signature: Promise<Uint8Array>;
}

class NoNumberLeft extends Error {}
