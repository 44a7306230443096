import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { Timers } from '../base/timers.ts';
import type { Settled } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import {
  PHONE_PROTOCOL,
  type PhoneAnswer,
  type RuleOffer,
  type ToPhone,
  type ToWorkspace,
} from '../protocol/phone/payloads.ts';
import { Courier } from './courier.ts';
import type { Device } from './device.ts';
import { DeviceCards } from './deviceCards.ts';
import { PhoneAnswers } from './phoneAnswers.ts';
import type { DesktopQuestion, PhoneBroker } from './ports.ts';
import type { PushSender } from './pushSender.ts';
import { SharedCards } from './sharedCards.ts';
import type { PhoneTransport, TransportKind } from './transport.ts';
import { Turns } from './turns.ts';

export interface HubOptions {
  readonly broker: PhoneBroker;
  readonly clock: Clock;
  readonly timers: Timers;
  /** What the phone calls this workspace. */
  readonly workspaceName: string;
  readonly transport: (kind: TransportKind) => PhoneTransport | undefined;
  readonly push?: PushSender;
  /** What can be offered beside "exactly this call". Waited for a moment only: the card does not wait for it. */
  readonly ruleOptions: (request: PermissionRequest) => Promise<RuleOffer>;
  /**
   * Asks at the desktop whether an answer from a phone on the local network counts. `signal` ends the question: the
   * request is over, or the phone was removed.
   */
  readonly confirmAtDesktop: (question: DesktopQuestion) => Promise<boolean>;
  /** The setting: phones on the local network answer everything without being confirmed. */
  readonly lanMayAnswerAlone: () => boolean;
  /** The person removed the pairing on the phone. */
  readonly onBye: (device: Device) => void;
  readonly onError: (error: unknown) => void;
}

/** How a device is reached, for the list of devices. */
export interface DeviceReach {
  readonly transport: 'up' | 'connecting' | 'down' | 'off';
  readonly push: 'on' | 'off' | 'failing';
}

/** Between the broker and the phones: every phone gets its own copy of every card, and proposes answers like any surface. */
export class Hub implements Disposable {
  readonly #options: HubOptions;
  readonly #store = new DisposableStore();
  readonly #attached = new Map<string, Attached>();
  readonly #cards: SharedCards;
  readonly #answers: PhoneAnswers;
  readonly #turns = new Turns();
  readonly #changed: Emitter<void>;
  /** A device was seen, or is reached in another way. */
  readonly onDidChange: Event<void>;
  #vapidKey: string | undefined;

  constructor(options: HubOptions) {
    const { broker, push, onError } = options;
    this.#options = options;
    this.#changed = this.#store.add(new Emitter(onError));
    this.onDidChange = this.#changed.event;
    this.#cards = this.#store.add(new SharedCards(options));
    this.#answers = this.#store.add(new PhoneAnswers(options));
    this.#store.add(this.#cards.onDidMake((request) => this.#toEachActive(request)));
    this.#store.add(broker.onDidSettle((settled) => this.#onSettled(settled)));
    push?.vapidKey().then((key) => {
      this.#vapidKey = key;
      for (const attached of this.#attached.values()) this.#greet(attached);
    }, onError);
  }

  /** From now on the device is heard; cards it gets when it is active. */
  attach(device: Device): void {
    const { transport, push, timers, onError } = this.#options;
    let outdatedAt = Number.NEGATIVE_INFINITY;
    const courier = new Courier({
      device,
      transport: transport(device.transport),
      push,
      timers,
      turns: this.#turns,
      onError,
      onMessage: (message) => this.#onMessage(attached, message),
      onOutdated: () => {
        const now = this.#options.clock.now();
        if (now - outdatedAt < OUTDATED_PAUSE) return;
        outdatedAt = now;
        this.#greet(attached);
      },
      onDidChange: () => this.#changed.fire(),
    });
    const attached: Attached = { device, courier, cards: new DeviceCards(device) };
    this.#attached.set(device.id, attached);
    if (device.state === 'active') this.activated(device);
  }

  /** The device may answer from now on. */
  activated(device: Device): void {
    const attached = this.#attached.get(device.id);
    if (!attached) return;
    this.#greet(attached);
    for (const request of this.#options.broker.pending) this.#toDevice(attached, request.id);
    this.#changed.fire();
  }

  /** Ends what goes to and comes from the device, at once. The courier can still say farewell. */
  detach(device: Device): Courier | undefined {
    const attached = this.#attached.get(device.id);
    this.#attached.delete(device.id);
    this.#answers.dropDevice(device);
    attached?.courier.dispose();
    return attached?.courier;
  }

  reach(device: Device): DeviceReach {
    const transport = this.#options.transport(device.transport);
    const fails = this.#attached.get(device.id)?.courier.pushFails === true;
    return {
      transport: transport?.status.state ?? 'off',
      push: device.push ? (fails ? 'failing' : 'on') : 'off',
    };
  }

  dispose(): void {
    for (const { courier } of this.#attached.values()) courier.dispose();
    this.#attached.clear();
    this.#store.dispose();
  }

  #toEachActive(request: PermissionRequest): void {
    for (const attached of this.#attached.values()) this.#toDevice(attached, request.id);
  }

  #toDevice({ device, courier, cards }: Attached, requestId: string): void {
    const { broker, clock } = this.#options;
    if (device.state !== 'active' || !this.#cards.get(requestId)) return;
    if (!cards.startSending(requestId)) return;
    courier.send({
      push: { topic: cards.topic(requestId), isEnd: false },
      message: () => {
        const shared = broker.settledAs(requestId) ? undefined : this.#cards.get(requestId);
        if (!shared) return undefined;
        const permits = this.#answers.permits(device, shared);
        return { t: 'card', ...cards.made({ ...shared, ...permits }), at: clock.now() };
      },
      onDone: () => cards.endSending(requestId),
    });
  }

  #onSettled({ request }: Settled): void {
    for (const attached of this.#attached.values()) {
      if (!attached.cards.get(request.id)) continue;
      this.#sendResolved(attached, request.id, false);
      attached.cards.ended(request.id);
    }
    this.#answers.settled(request.id);
  }

  #sendResolved({ device, courier, cards }: Attached, requestId: string, late: boolean): void {
    courier.send({
      message: () => this.#cards.resolved(requestId, device.name, late),
      ...(!late && { push: { topic: cards.topic(requestId), isEnd: true } }),
    });
  }

  #onMessage(attached: Attached, message: ToWorkspace): void {
    const { device } = attached;
    if (this.#attached.get(device.id) !== attached) return;
    this.#changed.fire();
    switch (message.t) {
      case 'sync':
        this.#onSync(attached, message);
        return;
      case 'bye':
        this.#options.onBye(device);
        return;
      case 'push':
        if (device.state !== 'active') return;
        device
          .setPush(message.subscription)
          .then(() => this.#changed.fire(), this.#options.onError);
        return;
      case 'answer':
        if (device.state === 'active') void this.#onAnswer(attached, message);
        return;
    }
  }

  async #onAnswer({ courier, device, cards }: Attached, answer: PhoneAnswer): Promise<void> {
    const reply = (message: ToPhone) => courier.send({ message: () => message });
    const result = await this.#answers.answer(device, cards.get(answer.card), answer, reply);
    if (result === 'late') {
      courier.send({ message: () => this.#cards.resolved(answer.card, device.name, false) });
    }
  }

  /** The phone is (back) here: what it does not have, what ended without it, and at last all that is open. */
  #onSync(attached: Attached, { known, id, since }: Extract<ToWorkspace, { t: 'sync' }>): void {
    this.#greet(attached);
    if (attached.device.state !== 'active') return;
    const knows = new Set(known);
    for (const { id: requestId } of this.#options.broker.pending)
      if (!knows.has(requestId)) this.#toDevice(attached, requestId);
    for (const requestId of this.#cards.endedSince(since, knows))
      this.#sendResolved(attached, requestId, true);
    this.#sendOpen(attached, id);
  }

  /** As it is now: what is raised or ends meanwhile goes out after it. */
  #sendOpen({ courier }: Attached, sync: string): void {
    const { broker, clock } = this.#options;
    const parts = inParts(broker.pending.map(({ id }) => id));
    for (const [index, open] of parts.entries()) {
      const more = index < parts.length - 1;
      courier.send({ message: () => ({ t: 'synced', sync, open, more, at: clock.now() }) });
    }
  }

  #greet({ courier, device }: Attached): void {
    courier.send({
      message: () =>
        device.state === 'revoked'
          ? undefined
          : {
              t: 'hello',
              protocol: PHONE_PROTOCOL,
              state: device.state,
              workspace: this.#options.workspaceName,
              device: device.name,
              transport: device.transport,
              ...(this.#vapidKey !== undefined && { vapidKey: this.#vapidKey }),
              at: this.#options.clock.now(),
            },
    });
  }
}

/** One phone, what goes to it, and what it was shown. */
interface Attached {
  readonly device: Device;
  readonly courier: Courier;
  readonly cards: DeviceCards;
}

/** A phone that was away for long, or is of another version, is greeted at most this often. Milliseconds. */
const OUTDATED_PAUSE = 10_000;
/** So many ids fit into one envelope. */
const IDS = 200;

function inParts(ids: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at === 0 || at < ids.length; at += IDS) parts.push(ids.slice(at, at + IDS));
  return parts;
}
