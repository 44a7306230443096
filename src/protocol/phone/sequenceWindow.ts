/** Which sequence numbers were seen: the highest, and one bit for each of the 64 up to it (lowest bit: the highest). */
export interface WindowState {
  readonly highest: number;
  /** Hexadecimal, 16 digits. */
  readonly seen: string;
}

/** Numbers start at 1. The limit is far beyond any use and keeps arithmetic exact. */
export const MAX_SEQUENCE = 2 ** 48;
const WIDTH = 64;
const MASK = (1n << BigInt(WIDTH)) - 1n;

export const EMPTY_WINDOW: WindowState = { highest: 0, seen: '0'.repeat(16) };

/**
 * The window after a number was accepted, or `undefined`: it was seen before, is too old to tell, or is no sequence
 * number. Messages may come in another order, each at most once (RFC 4303, 3.4.3).
 */
export function accept(state: WindowState, sequence: number): WindowState | undefined {
  if (!Number.isSafeInteger(sequence) || sequence < 1 || sequence > MAX_SEQUENCE) return undefined;
  const seen = BigInt(`0x${state.seen}`);
  const ahead = sequence - state.highest;
  if (ahead > 0) {
    const shifted = ahead >= WIDTH ? 0n : (seen << BigInt(ahead)) & MASK;
    return { highest: sequence, seen: hex(shifted | 1n) };
  }
  if (-ahead >= WIDTH) return undefined;
  const bit = 1n << BigInt(-ahead);
  return (seen & bit) === 0n ? { highest: state.highest, seen: hex(seen | bit) } : undefined;
}

function hex(bits: bigint): string {
  return bits.toString(16).padStart(16, '0');
}
