import { clockTime } from '../shared/phrases.ts';
import type { ConnectionState } from './connection.ts';
import type { PairFailure } from './pairing.ts';
import type { Workspace } from './records.ts';

/** Sentences that only this page has. */

/** What went wrong with a pairing, and what to do. */
export function pairFailure(why: PairFailure): string {
  switch (why) {
    case 'badCode':
      return 'This link holds no pairing code, or only a part of one. Scan the code in VS Code again.';
    case 'used':
      return 'This code was used by another phone. This phone is not paired. Make a new code in VS Code.';
    case 'expired':
      return 'This code is too old: a code works for five minutes. This phone is not paired. Make a new one in VS Code.';
    case 'cancelled':
      return 'The pairing was cancelled in VS Code. This phone is not paired.';
    case 'tooMany':
      return 'Wrong digits were typed too often. This phone is not paired. Make a new code in VS Code.';
    case 'badClaim':
      return 'VS Code could not read what this phone sent. This phone is not paired. Make a new code in VS Code.';
    case 'wrongKeys':
      return 'Another computer answered than the one that showed the code. Nothing was sent to it, and this phone is not paired. Make a new code in VS Code, on a network that you trust.';
    case 'notKept':
      return 'This browser keeps nothing for this page, so the keys would be lost. This phone is not paired. Leave private browsing, then make a new code in VS Code.';
  }
}

/** Why a pairing was ended from the other side. */
export function revokedSentence(name: string, reason: string): string {
  const desktop = name || 'VS Code';
  switch (reason) {
    case 'wrongDigits':
      return `Other digits were typed in ${desktop}. This phone is not paired, and its keys are deleted.`;
    case 'cancelled':
      return `The pairing was cancelled in ${desktop}. This phone is not paired, and its keys are deleted.`;
    default:
      return `This phone was removed in ${desktop}. Its keys and requests are deleted here.`;
  }
}

export interface Banner {
  readonly strong: string;
  readonly text: string;
  /** Trying again makes sense. */
  readonly again: boolean;
  /** There is nothing left to try. */
  readonly forget: boolean;
}

/** What the person has to know about a connection that is not there; `undefined` while it is. */
export function connectionBanner(
  workspace: Workspace,
  state: ConnectionState,
  heardAt: number,
): Banner | undefined {
  const name = workspace.name || 'the desktop';
  const asOf = heardAt > 0 ? ` Shown as of ${clockTime(heardAt)}.` : '';
  switch (state.kind) {
    case 'connected':
    case 'connecting':
      return undefined;
    case 'reconnecting':
      return {
        strong: 'Reconnecting…',
        text: `${asOf} You can read, but not answer, until the connection is back.`,
        again: false,
        forget: false,
      };
    case 'unreachable':
      return {
        strong: `${capital(name)} cannot be reached.`,
        text: `${asOf} ${causeSentence(state.cause, workspace)} Requests wait until it is back.`,
        again: true,
        forget: false,
      };
    case 'gone':
      return {
        strong: `${capital(name)} does not know this phone any more.`,
        text: ' Nothing can be answered here. Pair it again from VS Code.',
        again: false,
        forget: true,
      };
  }
}

/** What to do when the page and the desktop are of versions that do not understand each other. */
export function versionSentence({ name }: Workspace, older: 'page' | 'desktop'): string {
  const desktop = name || 'VS Code';
  return older === 'page'
    ? ` The extension in ${desktop} is newer. Nothing can be answered here until the page is loaded again.`
    : ` Nothing can be answered here until Countersign is updated in ${desktop}.`;
}

function causeSentence(
  cause: Extract<ConnectionState, { kind: 'unreachable' }>['cause'],
  { transport }: Workspace,
): string {
  switch (cause) {
    case 'desktop':
      return 'The connection is there, but VS Code does not answer. Open the workspace in VS Code.';
    case 'server':
      return 'The server refuses the connection.';
    case 'network':
      return transport === 'relay'
        ? 'Check the internet connection of this phone.'
        : 'Check that this phone is on the same network and that VS Code is open.';
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
