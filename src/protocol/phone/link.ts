import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { fromBase64, toBase64, wipe } from './bytes.ts';
import { type Draft, draft, type EnvelopeHeader, open, parseEnvelope } from './envelope.ts';
import { portableSignatures, type Signatures } from './primitives.ts';
import { type Direction, dayOf, Ratchet } from './ratchet.ts';
import { accept, MAX_SEQUENCE, type WindowState } from './sequenceWindow.ts';

/** What a side has to remember of a link; plain JSON, and secret. */
export interface LinkState {
  readonly workspace: string;
  readonly device: string;
  readonly epoch: number;
  /** Chain key of the epoch before, base64url. */
  readonly chain: string;
  /** The last sequence number that was used, or set aside. */
  readonly sent: number;
  readonly received: WindowState;
}

export interface LinkOptions {
  readonly side: 'workspace' | 'phone';
  readonly state: LinkState;
  /** Our Ed25519 secret, and the other side's public key. */
  readonly signingKey: Uint8Array;
  readonly peerKey: Uint8Array;
  readonly clock: Clock;
  /** {@link portableSignatures} when absent. */
  readonly signatures?: Signatures;
}

/** Why an envelope was not opened. Whatever it is: nothing is done. */
export type OpenError =
  | 'unreadable'
  | 'wrongWorkspace'
  | 'wrongDevice'
  | 'wrongDirection'
  | 'replayed'
  /** Sealed for a day whose key is deleted: the other side was away for long and has to catch up. */
  | 'epochGone'
  | 'epochTooFar'
  | 'forged'
  | 'closed';

/** One device and one workspace, seen from either side. Seals what goes out and opens what comes in, each at most once. */
export class DeviceLink {
  readonly #options: LinkOptions;
  /** A copy, since {@link close} wipes it. */
  readonly #signingKey: Uint8Array;
  readonly #signatures: Signatures;
  readonly #outgoing: Direction;
  readonly #incoming: Direction;
  readonly #ratchet: Ratchet;
  #sent: number;
  #received: WindowState;
  #closed = false;

  /** Throws for a state whose chain key is not a key. */
  constructor(options: LinkOptions) {
    const { side, state } = options;
    this.#options = options;
    this.#signingKey = options.signingKey.slice();
    this.#signatures = options.signatures ?? portableSignatures;
    this.#outgoing = side === 'workspace' ? 'w2d' : 'd2w';
    this.#incoming = side === 'workspace' ? 'd2w' : 'w2d';
    const chain = fromBase64(state.chain, 32);
    if (!chain) throw new TypeError('The chain key is not a key');
    this.#ratchet = new Ratchet(state.epoch, chain);
    this.#sent = state.sent;
    this.#received = state.received;
  }

  /** To be stored before anything is done with what {@link open} returned. */
  get state(): LinkState {
    const { workspace, device } = this.#options.state;
    return {
      workspace,
      device,
      epoch: this.#ratchet.epoch,
      chain: toBase64(this.#ratchet.previous),
      sent: this.#sent,
      received: this.#received,
    };
  }

  /** Throws when the payload is too large, and after {@link close}. */
  seal(payload: string): string {
    const { toSign, seal } = this.draft(payload);
    return seal(this.#signatures.sign(toSign, this.#signingKey));
  }

  /** Takes the next number, and leaves the signature to the caller; the {@link state} is to be stored before it goes out. */
  draft(payload: string): Draft {
    if (this.#closed || this.#sent >= MAX_SEQUENCE) throw new Error('This link is closed');
    const { state, clock } = this.#options;
    this.#ratchet.advanceTo(dayOf(clock.now()));
    const { epoch } = this.#ratchet;
    const header: EnvelopeHeader = {
      v: 1,
      w: state.workspace,
      d: state.device,
      dir: this.#outgoing,
      s: ++this.#sent,
      ep: epoch,
    };
    // A copy, since {@link close} wipes the key.
    return draft(header, payload, this.#ratchet.key(epoch, this.#outgoing).slice());
  }

  open(text: string): Result<string, OpenError> {
    if (this.#closed) return err('closed');
    const envelope = parseEnvelope(text);
    if (!envelope) return err('unreadable');
    const { header } = envelope;
    const refused = this.#whyRefused(header);
    if (refused) return err(refused);
    const received = accept(this.#received, header.s);
    if (!received) return err('replayed');
    const key = this.#ratchet.key(header.ep, this.#incoming);
    const { peerKey } = this.#options;
    const payload = open(envelope, { key, peerKey, signatures: this.#signatures });
    if (payload === undefined) return err('forged');
    // Only now: what is not proved moves neither window nor epoch.
    this.#received = received;
    this.#ratchet.advanceTo(header.ep);
    return ok(payload);
  }

  /** Ends the link and wipes its keys. */
  close(): void {
    this.#closed = true;
    this.#ratchet.wipe();
    wipe(this.#signingKey);
  }

  #whyRefused(header: EnvelopeHeader): OpenError | undefined {
    const { workspace, device } = this.#options.state;
    if (header.w !== workspace) return 'wrongWorkspace';
    if (header.d !== device) return 'wrongDevice';
    if (header.dir !== this.#incoming) return 'wrongDirection';
    switch (this.#ratchet.reach(header.ep)) {
      case 'gone':
        return 'epochGone';
      case 'tooFar':
        return 'epochTooFar';
      case 'usable':
        return undefined;
    }
  }
}
