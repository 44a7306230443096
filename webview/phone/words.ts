import { clockTime } from '../shared/phrases.ts';
import type { ConnectionState } from './connection.ts';
import type { PairFailure } from './pairing.ts';
import type { Workspace } from './records.ts';
import { FEW_STREAMS, type StreamState } from './streams.ts';

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
  /** What the person can do: try again, or drop what is over. */
  readonly action?: 'again' | 'forget';
}

/** What the person has to know about a connection that is not there; `undefined` while it is. */
export function connectionBanner(
  workspace: Workspace,
  state: StreamState,
  heardAt: number,
): Banner | undefined {
  const name = workspace.name || 'the desktop';
  const asOf = heardAt > 0 ? ` Shown as of ${clockTime(heardAt)}.` : '';
  switch (state.kind) {
    case 'connected':
    case 'connecting':
    case 'unheard':
      return undefined;
    case 'reconnecting':
      return {
        strong: 'Reconnecting…',
        text: `${asOf} You can read, but not answer, until the connection is back.`,
      };
    case 'unreachable':
      return {
        strong: `${capital(name)} cannot be reached.`,
        text: `${asOf} ${causeSentence(state.cause, workspace)} Requests wait until it is back.`,
        action: 'again',
      };
    case 'gone':
      return {
        strong: `${capital(name)} does not know this phone any more.`,
        text: ' Nothing can be answered here. Pair it again from VS Code.',
        action: 'forget',
      };
  }
}

/** Some desktops have no stream: how many of them, and why. `undefined` when all have one. */
export function unheardBanner(count: number): Banner | undefined {
  if (count === 0) return undefined;
  const strong = count === 1 ? '1 desktop is not heard.' : `${count} desktops are not heard.`;
  const text = ` The relay carries ${FEW_STREAMS} at once, because it does not speak HTTP/2. Requests wait in VS Code.`;
  return { strong, text };
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

/** As the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
