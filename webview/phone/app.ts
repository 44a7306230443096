import type { PhoneCard } from '../../src/protocol/phone/payloads.ts';
import { arming } from '../shared/arming.ts';
import { Connection, type ConnectionPorts } from './connection.ts';
import { type CardItem, hasCard, type Item, Items, isOver } from './items.ts';
import type { Snapshot } from './kept.ts';
import { Listing } from './listing.ts';
import { leave, mailboxPath } from './mailbox.ts';
import { Pairing, type PairState } from './pairing.ts';
import type { Push, PushState } from './push.ts';
import { type Notice, olderSide, type Preferences, type Workspace } from './records.ts';
import { type StreamState, Streams, type WatchServer } from './streams.ts';
import type { Choice, Outgoing, Vault } from './vault.ts';

/** What fills the screen. A card is named by its key. */
export type Screen =
  | { readonly kind: 'list' }
  | { readonly kind: 'card' | 'always'; readonly key: string }
  | { readonly kind: 'settings' }
  | { readonly kind: 'pair' };

export interface AppOptions {
  readonly vault: Vault;
  readonly ports: ConnectionPorts;
  readonly deviceName: () => Promise<string>;
  /** A request came that was not here before. */
  readonly onRequest: (card: PhoneCard, waiting: number) => void;
  /** Something for the person to hear: an answer did not count. */
  readonly onRefused: (text: string) => void;
  /** A new id for a message. */
  readonly newId: () => string;
  readonly push: Push;
  readonly watchServer: WatchServer;
  /** No other page on this phone may give an answer at the same moment. */
  readonly isAlone: () => boolean;
}

/** All that the page knows and does; draws nothing. */
export class App {
  readonly #options: AppOptions;
  readonly #items = new Items();
  readonly #listing = new Listing();
  readonly #streams: Streams;
  readonly #listeners = new Set<() => void>();
  readonly #digests = new Map<string, string>();
  #snapshot: Snapshot | undefined;
  #loading = false;
  #loadAgain = false;
  #pairing: Pairing | undefined;
  #hasLoaded = false;

  items: readonly Item[] = [];
  screen: Screen = { kind: 'list' };

  constructor(options: AppOptions) {
    this.#options = options;
    this.#streams = new Streams({
      connectionTo: (workspace) => this.#connectionTo(workspace),
      lastHeard: (workspace) => this.heardAt(workspace),
      watchServer: options.watchServer,
      onChange: () => this.#tell(),
    });
    options.vault.onChange(() => void this.reload());
  }

  get workspaces(): readonly Workspace[] {
    return this.#snapshot?.workspaces ?? [];
  }

  get preferences(): Preferences | undefined {
    return this.#snapshot?.preferences;
  }

  get notice(): Notice | undefined {
    return this.#snapshot?.notice;
  }

  get pushState(): PushState {
    return this.#options.push.state;
  }

  get pairState(): PairState | undefined {
    return this.#pairing?.state;
  }

  /** What the list shows: what waits, and what has ended on it and not left it. Oldest first. */
  get listed(): readonly CardItem[] {
    return this.#listing.listed(this.items);
  }

  get waiting(): readonly CardItem[] {
    return this.items.filter(hasCard).filter((item) => !isOver(item));
  }

  /** What ended while the person did not look, latest first. */
  get happenedAway(): readonly Item[] {
    return this.#listing.away(this.items);
  }

  get lastAnswers(): readonly Item[] {
    return this.#listing.last(this.items);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  connection(workspace: string): StreamState {
    return this.#streams.state(workspace);
  }

  /** When the desktop was last heard; what is shown is as of then. */
  heardAt({ id, heardAt }: Workspace): number {
    return Math.max(this.#streams.lastHeard(id) ?? 0, heardAt);
  }

  /** Whether an answer can be given now: the desktop is there and speaks as this page does, and the request is open. */
  canAnswer({ phase, workspace }: Item): boolean {
    if (phase.kind !== 'open' || this.connection(workspace).kind !== 'connected') return false;
    return this.workspaces.some((each) => each.id === workspace && !olderSide(each));
  }

  /** Seals and sends an answer. False when it was too early, too late, or the desktop is not there. */
  async answer(item: CardItem, choice: Choice): Promise<boolean> {
    if (!this.canAnswer(item) || arming.isArming(item.id)) return false;
    const { vault, isAlone } = this.#options;
    const { workspace, id } = item;
    const now = isAlone() ? vault.answerNow(workspace, id, choice) : undefined;
    const outgoing = now ?? (await vault.answer(workspace, id, choice).catch(() => NOT_KEPT));
    if (typeof outgoing === 'string') return this.#refused(item, outgoing);
    const left = outgoing && this.#leave(outgoing);
    // It is drawn while the answer is on its way.
    const drawn = this.reload();
    if (!left) return drawn.then(() => false);
    const failure = await left.then(
      () => undefined,
      () => NOT_SENT,
    );
    if (failure !== undefined) return this.#refused(item, failure);
    await vault.answerLeft(workspace, id);
    await this.reload();
    return true;
  }

  /** The answer did not leave, and the card says why; when that cannot be kept either, it is still said. */
  async #refused({ workspace, id }: CardItem, why: string): Promise<false> {
    this.#options.onRefused(why);
    await this.#options.vault.answerLeft(workspace, id, why).catch(() => undefined);
    await this.reload();
    return false;
  }

  /** Begins a pairing with what stood after `#` in a link. */
  async pair(fragment: string): Promise<void> {
    this.#pairing?.stop();
    const { vault, ports, deviceName } = this.#options;
    this.#pairing = new Pairing({
      fragment,
      name: await deviceName(),
      ports,
      keep: async (record, digits) => {
        this.#disconnect(record.link.workspace);
        await vault.keep(record, digits);
        await this.reload();
      },
      drop: (workspace) => this.forget(workspace),
      onChange: () => this.#tell(),
    });
    this.show({ kind: 'pair' });
    this.#pairing.start();
  }

  stopPairing(): void {
    this.#pairing?.stop();
    this.#pairing = undefined;
    this.show({ kind: 'list' });
  }

  /** Ends a pairing from this side: the keys go in any case, the desktop is told if it can be reached. */
  async unpair(workspace: string): Promise<void> {
    const farewell = await this.#options.vault.tell(workspace, { t: 'bye' });
    await this.forget(workspace);
    if (farewell) await this.#leave(farewell).catch(() => undefined);
  }

  async cancelPairing(): Promise<void> {
    const pending = this.workspaces.filter(({ phase }) => phase === 'pending');
    this.stopPairing();
    for (const { id } of pending) await this.unpair(id);
  }

  async prefer(preferences: Preferences): Promise<void> {
    await this.#options.vault.setPreferences(preferences);
    await this.reload();
  }

  async dismissNotice(): Promise<void> {
    await this.#options.vault.dismissNotice();
    await this.reload();
  }

  /** Asks the browser for notifications; call it on a press only. */
  async enablePush(): Promise<void> {
    await this.#options.push.enable(this.workspaces);
    this.#tell();
  }

  /** The person looks again after not having looked since `from`. */
  looksAgain(from: number): void {
    this.#listing.looksAgain(from, this.#options.ports.now());
    this.#tell();
  }

  clearAway(): void {
    this.#listing.clearAway(this.#options.ports.now());
    this.#tell();
  }

  /** What is over leaves the list: nobody is about to touch it. */
  letGo(): void {
    if (this.#listing.letGo(this.items)) this.#tell();
  }

  async forget(workspace: string): Promise<void> {
    this.#disconnect(workspace);
    await this.#options.vault.forget(workspace);
    await this.reload();
  }

  show(screen: Screen): void {
    if (screen.kind !== this.screen.kind) {
      this.#listing.start(screen.kind === 'list' ? this.waiting : []);
      arming.armAll();
    }
    this.screen = screen;
    const shown = 'key' in screen && this.items.find(({ key }) => key === screen.key);
    if (shown) arming.arm(shown.id);
    this.#tell();
  }

  /** The person wants to hear this desktop now, where not all of them can be heard. */
  listenTo(workspace: string): void {
    this.#streams.want(workspace, this.#options.ports.now());
    this.#tell();
  }

  /** The network is back. */
  online(): void {
    if (!this.#streams.isPaused) this.wake();
  }

  /** The page is looked at again. */
  wake(): void {
    arming.armAll();
    this.#pairing?.wake();
    this.#streams.wake();
    void this.reload();
  }

  /** Another page is looked at: it listens, and this one sees what it writes down. */
  pause(): void {
    this.#streams.pause();
  }

  /** A touch that brought the page to the front was not meant for a card. */
  armAll(): void {
    arming.armAll();
  }

  offline(): void {
    this.#streams.offline();
  }

  /** Reads everything again; calls during a reading end in one more. */
  async reload(): Promise<void> {
    if (this.#loading) {
      this.#loadAgain = true;
      return;
    }
    this.#loading = true;
    try {
      do {
        this.#loadAgain = false;
        this.#take(await this.#options.vault.current());
      } while (this.#loadAgain);
    } finally {
      this.#loading = false;
    }
  }

  #take(snapshot: Snapshot): void {
    const before = this.workspaces;
    this.#snapshot = snapshot;
    this.items = this.#items.from(snapshot.cards);
    this.#connect(before);
    this.#endPairing();
    void this.#options.push.refresh(this.workspaces).then((changed) => changed && this.#tell());
    const latest = this.#armNew();
    this.#tell();
    if (latest && this.#hasLoaded)
      this.#options.onRequest(latest.message.card, this.waiting.length);
    this.#hasLoaded = true;
  }

  /** What is new, or shows something else than before, takes no answer at first. */
  #armNew(): CardItem | undefined {
    let latest: CardItem | undefined;
    for (const item of this.waiting) {
      const { digest } = item.message;
      if (this.#digests.get(item.key) === digest) continue;
      if (!this.#digests.has(item.key)) latest = item;
      this.#digests.set(item.key, digest);
      this.#listing.hold(item);
      arming.arm(item.id);
    }
    return latest;
  }

  /** The digits were typed: the pairing has done its work. */
  #endPairing(): void {
    const isPending = this.workspaces.some(({ phase }) => phase === 'pending');
    if (isPending || this.#pairing?.state.kind !== 'digits') return;
    this.#pairing.stop();
    this.#pairing = undefined;
    if (this.screen.kind === 'pair') this.show({ kind: 'list' });
  }

  /** Where there is no stream any more there is no push either. */
  #connect(before: readonly Workspace[]): void {
    const ids = new Set(this.workspaces.map(({ id }) => id));
    for (const { id } of before) if (!ids.has(id)) this.#disconnect(id);
    this.#streams.listenTo(this.workspaces);
  }

  #connectionTo({ id, record, lastEventId }: Workspace): Connection {
    const { vault, ports } = this.#options;
    return new Connection({
      path: mailboxPath(record.mailboxes.toPhone),
      lastEventId: lastEventId ?? BEGINNING,
      ports,
      onEnvelope: async (text, eventId) => {
        // Not awaited: many messages end in few drawings, and it is drawn while it is written down.
        const draw = () => void this.reload();
        const accepted = vault.accept(id, text, { eventId, onTaken: draw });
        const { heard, message } = await accepted.catch((error: unknown) => {
          draw();
          throw error;
        });
        if (message?.t === 'refused') this.#options.onRefused(message.text);
        return heard;
      },
      sync: async () => {
        const outgoing = await vault.sync(id, this.#options.newId());
        if (outgoing) await this.#leave(outgoing);
      },
      onChange: () => {
        arming.armAll();
        this.#tell();
      },
    });
  }

  #disconnect(workspace: string): void {
    this.#streams.stop(workspace);
    this.#options.push.forget(workspace).catch(() => undefined);
  }

  #leave({ mailbox, envelope }: Outgoing): Promise<void> {
    return leave(mailbox, envelope, this.#options.ports.fetch);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Before all that a mailbox holds: a relay that has just started may miss to tell of what is new. */
const BEGINNING = '1:0';
const NOT_KEPT =
  'Your answer was not sent, because the browser could not write to its storage. Nothing was allowed. Answer again, or at the desktop.';
const NOT_SENT =
  'Your answer may not have reached the desktop. It counts only once the desktop confirms it. Answer again if the request still waits.';
