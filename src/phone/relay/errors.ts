import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';

const NOT_REACHED = 'Phones away from this network were not reached; requests wait in VS Code.';

/** The setting is no address that may be used. */
export function badRelayAddress(text: string): UserError {
  return new UserError(
    'badArguments',
    `"${safeText(text)}" is not the address of a relay. ${NOT_REACHED}`,
    'Give one that begins with https://, without a name, password, question mark or fragment.',
  );
}

/** It cannot be connected to. */
export function relayUnreachable(host: string, cause: unknown): UserError {
  return new UserError(
    'relayFailed',
    `The relay ${safeText(host)} cannot be reached (${safeText(wordsOf(cause))}). ${NOT_REACHED}`,
    'Check the network and the address; Countersign keeps trying.',
    { cause },
  );
}

/** It answers, but not as a relay that has room does. */
export function relayRefused(host: string, status: number): UserError {
  const { what, next } = meaningOf(status);
  return new UserError(
    'relayFailed',
    `The relay ${safeText(host)} ${what} (${status}). ${NOT_REACHED}`,
    next,
  );
}

/** Nothing came for so long that the connection counts as dead. */
export function relaySilent(host: string): UserError {
  return new UserError(
    'relayFailed',
    `The relay ${safeText(host)} has gone silent. ${NOT_REACHED}`,
    'Countersign connects again by itself.',
  );
}

/** More waits to be sent than phones could want to see. */
export function relayBehind(host: string): UserError {
  return new UserError(
    'relayFailed',
    `Too much waits to be sent to the relay ${safeText(host)}. The newest was not sent; requests wait in VS Code.`,
    'Phones ask for what is open when they connect again.',
  );
}

export function relayClosed(): UserError {
  return new UserError(
    'relayFailed',
    `The connection to the relay is closed. ${NOT_REACHED}`,
    'Reload the window to connect again.',
  );
}

function meaningOf(status: number): { readonly what: string; readonly next: string } {
  switch (status) {
    case 413:
      return {
        what: 'does not take a message of this size',
        next: 'Use the configuration of Countersign on the relay.',
      };
    case 429:
      return { what: 'is asked too much', next: 'Countersign keeps trying, more slowly.' };
    // Nchan says this too where it has no memory left for one more mailbox.
    case 500:
      return {
        what: 'has failed, or is full',
        next: 'Give it more memory (nchan_shared_memory_size) if it is; Countersign keeps trying.',
      };
    case 507:
      return {
        what: 'is full',
        next: 'Give it more memory (nchan_shared_memory_size); Countersign keeps trying.',
      };
    default:
      return status >= 500
        ? { what: 'is down', next: 'Countersign keeps trying; whoever runs it can see why.' }
        : {
            what: 'does not answer as a relay',
            next: 'Check the address, and use the configuration of Countersign on the relay.',
          };
  }
}

/** `fetch` says "fetch failed", and keeps what it was in its cause. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
