import { PAIR_CODE_LIFE, parsePairCode } from '../../src/protocol/phone/pairCode.ts';
import {
  PhonePairing,
  type PhoneRecord,
  type PairStep as Step,
} from '../../src/protocol/phone/phonePairing.ts';
import { Connection, type ConnectionPorts } from './connection.ts';
import { leave, mailboxPath } from './mailbox.ts';

type Refusal = Extract<Step, { kind: 'refused' }>['reason'];

/** How far a pairing is. */
export type PairState =
  | { readonly kind: 'asking'; readonly slow: boolean }
  /** The person types these six digits in VS Code. */
  | { readonly kind: 'digits'; readonly digits: string }
  | { readonly kind: 'failed'; readonly why: PairFailure };

/** `badCode`: the link holds no pairing code; `notKept`: this browser stores nothing. */
export type PairFailure = Refusal | 'badCode' | 'notKept';

export interface PairingOptions {
  /** What stood after `#` in the link. */
  readonly fragment: string;
  readonly name: string;
  readonly ports: ConnectionPorts;
  /** Keeps the keys before the digits are shown; rejects when this browser keeps nothing. */
  readonly keep: (record: PhoneRecord, digits: string) => Promise<void>;
  /** VS Code has refused after the digits were shown: the keys are worth nothing. */
  readonly drop: (workspace: string) => Promise<void>;
  readonly onChange: (state: PairState) => void;
}

const HELLO_MS = 2000;

/** One pairing, from the scanned code to the six digits. What comes after them is a matter of the paired connection. */
export class Pairing {
  readonly #options: PairingOptions;
  readonly #pairing: PhonePairing | undefined;
  readonly #connection: Connection | undefined;
  #state: PairState = { kind: 'asking', slow: false };
  #workspace: string | undefined;
  #stopHello: (() => void) | undefined;
  #stopExpiry: (() => void) | undefined;

  constructor(options: PairingOptions) {
    this.#options = options;
    const code = parsePairCode(options.fragment);
    if (!code) return;
    this.#workspace = code.workspace;
    this.#pairing = new PhonePairing(code, options.name);
    this.#connection = new Connection({
      path: mailboxPath(this.#pairing.room.toPhone),
      lastEventId: undefined,
      ports: options.ports,
      onEnvelope: (text) => this.#receive(text),
      sync: () => this.#hello(),
      onChange: ({ kind }) => {
        if (this.#state.kind === 'asking')
          this.#change({ kind: 'asking', slow: kind === 'unreachable' });
      },
    });
  }

  get state(): PairState {
    return this.#state;
  }

  start(): void {
    if (!this.#connection) {
      this.#fail('badCode');
      return;
    }
    this.#stopExpiry = this.#options.ports.after(PAIR_CODE_LIFE, () => {
      if (this.#state.kind === 'asking') this.#fail('expired');
    });
    this.#connection.start();
  }

  /** The person goes away from it, or the paired connection has been confirmed. */
  stop(): void {
    this.#stopHello?.();
    this.#stopExpiry?.();
    this.#connection?.stop();
  }

  /** The network, or the person, is back. */
  wake(): void {
    if (this.#state.kind !== 'failed') this.#connection?.wake();
  }

  async #hello(): Promise<void> {
    this.#stopHello?.();
    if (!this.#pairing || this.#state.kind !== 'asking') return;
    this.#stopHello = this.#options.ports.after(HELLO_MS, () => {
      this.#hello().catch(() => undefined);
    });
    await leave(this.#pairing.room.toWorkspace, this.#pairing.hello(), this.#options.ports.fetch);
  }

  /** True when it came from the workspace. */
  async #receive(text: string): Promise<boolean> {
    const step = this.#pairing?.receive(text) ?? { kind: 'ignored' };
    switch (step.kind) {
      case 'ignored':
        return false;
      case 'send':
        await this.#send(step.envelope);
        return true;
      case 'claimed':
        await this.#claimed(step);
        return true;
      case 'refused':
        await this.#refused(step.reason);
        return true;
    }
  }

  async #send(envelope: string): Promise<void> {
    const mailbox = this.#pairing?.room.toWorkspace ?? '';
    // Lost on the way: the next hello brings the same offer again, and the offer the same claim.
    await leave(mailbox, envelope, this.#options.ports.fetch).catch(() => undefined);
  }

  async #claimed({ record, digits }: Extract<Step, { kind: 'claimed' }>): Promise<void> {
    if (this.#state.kind !== 'asking') return;
    this.#stopHello?.();
    try {
      await this.#options.keep(record, digits);
      this.#change({ kind: 'digits', digits });
    } catch {
      this.#fail('notKept');
    }
  }

  async #refused(reason: Refusal): Promise<void> {
    const wasShown = this.#state.kind === 'digits';
    this.#fail(reason);
    if (wasShown && this.#workspace) await this.#options.drop(this.#workspace);
  }

  #fail(why: PairFailure): void {
    this.stop();
    this.#change({ kind: 'failed', why });
  }

  #change(state: PairState): void {
    this.#state = state;
    this.#options.onChange(state);
  }
}
