import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';

const NOT_REACHED = 'Phones on this network were not reached; requests wait in VS Code as before.';

/** This machine is in no private network. */
export function noNetwork(): UserError {
  return new UserError(
    'noNetwork',
    `There is no local network. ${NOT_REACHED}`,
    'Connect to the network that the phone is in, or choose an interface in the settings.',
  );
}

export function noSuchInterface(wanted: string): UserError {
  return new UserError(
    'noNetwork',
    `This machine has no network interface or address "${safeText(wanted)}". ${NOT_REACHED}`,
    'Choose one that it has, or leave the setting empty.',
  );
}

/** The port and those after it are taken, or may not be used. */
export function cannotListen(address: string, port: number, cause: unknown): UserError {
  return new UserError(
    'serverFailed',
    `Nothing can be offered to phones at ${safeText(address)}, port ${port} (${wordsOf(cause)}). ${NOT_REACHED}`,
    'Choose another port or interface in the settings, then try again.',
    { cause },
  );
}

/** Neither what is stored nor a new certificate can be used. */
export function certificateFailed(cause: unknown): UserError {
  return new UserError(
    'serverFailed',
    `The certificate for phones cannot be used (${wordsOf(cause)}). ${NOT_REACHED}`,
    'Try again; if it happens again, report it.',
    { cause },
  );
}

/** The built page is not where it belongs. */
export function noPage(cause: unknown): UserError {
  return new UserError(
    'serverFailed',
    `The phone page is missing from this installation (${wordsOf(cause)}). ${NOT_REACHED}`,
    'Install Countersign again.',
    { cause },
  );
}

/** The port that phones know is in use by something else. */
export function portMoved(before: number, now: number): UserError {
  return new UserError(
    'serverFailed',
    `Port ${before} is in use by another program, so phones are served at port ${now}. Phones paired before do not find it there.`,
    'End the other program and reload the window, or pair the phones again.',
  );
}

/** The machine has left the network in which phones know it. */
export function addressGone(address: string): UserError {
  return new UserError(
    'noNetwork',
    `This machine is no longer at ${safeText(address)}. ${NOT_REACHED}`,
    'Connect to that network again; Countersign notices by itself.',
  );
}

/** It is in another network now. */
export function addressMoved(before: string, now: string): UserError {
  return new UserError(
    'noNetwork',
    `This machine has moved from ${safeText(before)} to ${safeText(now)}. Phones paired before do not find it there.`,
    'Go back to the earlier network, pair the phones again, or use a relay.',
  );
}

/** The server stopped by itself. */
export function serverStopped(cause: unknown): UserError {
  return new UserError(
    'serverFailed',
    `The server for phones has stopped (${wordsOf(cause)}). ${NOT_REACHED}`,
    'Reload the window to start it again.',
    { cause },
  );
}

/** A program used a transport that does not run. */
export function notListening(): UserError {
  return new UserError(
    'serverFailed',
    `The server for phones does not run. ${NOT_REACHED}`,
    'Wait until it runs again, or reload the window.',
  );
}

function wordsOf(cause: unknown): string {
  return safeText(cause instanceof Error ? cause.message : String(cause));
}
