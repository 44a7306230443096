import type { UserError } from '../../protocol/userError.ts';
import type { TurnEnd } from '../agent.ts';
import type { TurnResult } from './frames.ts';

/** One message of the person and all that comes of it. */
export interface Turn {
  readonly resolve: (end: TurnEnd) => void;
  readonly reject: (error: UserError) => void;
  /** Of the message that it is about. */
  readonly uuid: string;
  /** How far the message has come, as far as Claude Code says so; `queued` is behind a turn that it took by itself. */
  state: 'sent' | 'queued' | 'begun';
  interrupted: boolean;
  toldRetry: boolean;
  /** The kind of failure that Claude Code itself reported, such as `authentication_failed`. */
  failure?: string;
}

/**
 * Whether a result is that of the message. Claude Code can take a turn by itself, when something that runs in the background
 * has news; a message that comes meanwhile waits for its end, or becomes a part of it (measured, 2.1.329). `tells`: this
 * version says when a message begins.
 */
export function isEndOf({ state }: Turn, { origin }: TurnResult, tells: boolean): boolean {
  switch (state) {
    case 'begun':
      return true;
    case 'queued':
      return false;
    case 'sent':
      return !tells || origin === undefined || origin === 'human';
  }
}
