import { type Disposable, DisposableStore, toDisposable } from '../base/disposable.ts';
import type { Timers } from '../base/timers.ts';
import { utf8 } from '../protocol/phone/bytes.ts';
import { MAX_PAYLOAD } from '../protocol/phone/envelope.ts';
import { parseToWorkspace, type ToPhone, type ToWorkspace } from '../protocol/phone/payloads.ts';
import type { Device } from './device.ts';
import type { PushSender } from './pushSender.ts';
import type { PhoneTransport } from './transport.ts';
import type { Turns } from './turns.ts';

/** What waits for a transport that is down. Beyond it the oldest is dropped: the phone asks when it is back. */
const MAX_WAITING = 2000;
const MAX_PAUSE = 30_000;

export interface CourierOptions {
  readonly device: Device;
  /** `undefined` when the person has switched it off. */
  readonly transport: PhoneTransport | undefined;
  readonly push: PushSender | undefined;
  readonly timers: Timers;
  /** Shared by all couriers. */
  readonly turns: Turns;
  /** Of this phone, opened, parsed, once, in order, and on record. */
  readonly onMessage: (message: ToWorkspace) => void;
  /** The phone seals for a day whose key is deleted, or speaks another version: tell it ours. */
  readonly onOutdated: () => void;
  readonly onDidChange: () => void;
  readonly onError: (error: unknown) => void;
}

export interface Errand {
  /** Asked when it is sealed; `undefined` when it is not needed any more. */
  readonly message: () => ToPhone | undefined;
  /** Sent by push as well. */
  readonly push?: ErrandPush;
  /** It has left (it may not have arrived), or is not needed any more. */
  readonly onDone?: () => void;
}

interface ErrandPush {
  /** It takes the place of what has the same topic. */
  readonly topic: string;
  /** The last one of its topic: goes only where something was pushed that it takes the place of. */
  readonly isEnd: boolean;
}

interface Waiting extends Errand {
  pushed: boolean;
}

/** Carries messages between the hub and one phone: sealed one after the other, tried again until they have left. */
export class Courier implements Disposable {
  readonly #options: CourierOptions;
  readonly #store = new DisposableStore();
  readonly #waiting: Waiting[] = [];
  #isRunning = false;
  #retry: Disposable | undefined;
  #failures = 0;
  #inbox: Promise<void> = Promise.resolve();
  #pushFails = false;
  /** By topic what was pushed, though maybe not through yet. */
  readonly #pushed = new Map<string, Promise<void>>();

  constructor(options: CourierOptions) {
    this.#options = options;
    const { device, transport } = options;
    this.#store.add(toDisposable(() => this.#retry?.dispose()));
    if (!transport) return;
    const { toPhone, toWorkspace } = device.mailboxes;
    transport.open(toPhone);
    this.#store.add(transport.subscribe(toWorkspace, (text) => this.#receive(text)));
    this.#store.add(
      transport.onDidChange(({ state }) => {
        if (state === 'up') this.#run();
      }),
    );
  }

  get device(): Device {
    return this.#options.device;
  }

  /** Whether the last push message did not arrive. */
  get pushFails(): boolean {
    return this.#pushFails;
  }

  send(errand: Errand): void {
    if (this.#store.isDisposed) return;
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift()?.onDone?.();
    this.#waiting.push({ ...errand, pushed: false });
    this.#run();
  }

  /** Publishes what was sealed already, before or after {@link dispose}; tries once. */
  async publishFarewell(envelope: string): Promise<void> {
    await this.#options.transport?.publish(this.device.mailboxes.toPhone, envelope);
  }

  /** Forgets the mailboxes: the phone is cut off. */
  async closeMailboxes(): Promise<void> {
    const { toPhone, toWorkspace } = this.device.mailboxes;
    const { transport } = this.#options;
    await Promise.all([transport?.close(toPhone), transport?.close(toWorkspace)]);
  }

  dispose(): void {
    this.#waiting.length = 0;
    this.#store.dispose();
  }

  #run(): void {
    this.#retry?.dispose();
    this.#retry = undefined;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#work();
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    for (;;) {
      // Twenty phones with a card each must not hold up the window.
      await this.#options.turns.next();
      const next = this.#waiting[0];
      if (!next || this.#store.isDisposed) {
        this.#isRunning = false;
        return;
      }
      try {
        await this.#carry(next);
        this.#failures = 0;
      } catch (error) {
        this.#isRunning = false;
        this.#pause(error);
        return;
      }
      if (this.#waiting[0] === next) this.#waiting.shift();
      next.onDone?.();
    }
  }

  async #carry(errand: Waiting): Promise<void> {
    const { device, transport, onError } = this.#options;
    const message = errand.message();
    if (!message) return;
    const payload = JSON.stringify(message);
    if (utf8(payload).length > MAX_PAYLOAD) {
      // A bug of ours, which must not keep back everything that comes after it.
      onError(new Error(`A message of kind "${message.t}" is too large for a phone`));
      return;
    }
    await this.#carryByPush(errand, payload);
    if (!transport) return;
    const envelope = await device.seal(payload);
    if (this.#store.isDisposed) return;
    await transport.publish(device.mailboxes.toPhone, envelope);
  }

  async #carryByPush(errand: Waiting, payload: string): Promise<void> {
    const { device } = this.#options;
    if (!errand.push || errand.pushed || !device.push) return;
    const { topic, isEnd } = errand.push;
    const before = this.#pushed.get(topic);
    if (isEnd && !before) return;
    // An envelope of its own, since each is opened once and nobody knows which way is faster.
    const envelope = await device.seal(payload);
    errand.pushed = true;
    // One after the other: whatever comes last stays on show.
    const sent = (before ?? Promise.resolve()).then(() => this.#push(envelope, topic));
    if (isEnd) this.#pushed.delete(topic);
    else this.#pushed.set(topic, sent);
  }

  /** The phone is not reached at the moment. What waits goes out when the transport is up, or after a pause. */
  #pause(error: unknown): void {
    if (this.#store.isDisposed) return;
    if (this.#failures === 0) this.#options.onError(error);
    const pause = Math.min(MAX_PAUSE, 500 * 2 ** Math.min(this.#failures++, 10));
    this.#retry = this.#options.timers.after(pause * (0.5 + Math.random() / 2), () => this.#run());
  }

  async #push(envelope: string, topic: string): Promise<void> {
    const { device, push, onError, onDidChange } = this.#options;
    const subscription = device.push;
    if (!push || !subscription) return;
    try {
      const result = await push.send(subscription, envelope, topic);
      const failed = result === 'failed';
      if (result === 'gone' && device.push === subscription) await device.setPush(null);
      if (failed === this.#pushFails && result !== 'gone') return;
      this.#pushFails = failed;
      onDidChange();
    } catch (error) {
      onError(error);
    }
  }

  #receive(text: string): void {
    const { device, onError, onMessage, onOutdated } = this.#options;
    const opened = device.open(text);
    if (!opened.ok) {
      if (opened.error === 'epochGone') onOutdated();
      return;
    }
    const parsed = parseToWorkspace(opened.value);
    const stored = device.stored();
    this.#inbox = this.#inbox.then(async () => {
      try {
        await stored;
        if (this.#store.isDisposed) return;
        if (parsed.ok) onMessage(parsed.value);
        else onOutdated();
      } catch (error) {
        onError(error);
      }
    });
    // The chain above may still wait for an earlier message when this write fails.
    stored.catch(() => {});
  }
}
