import { useLayoutEffect, useState } from 'preact/hooks';
import type { ChatEntry, SessionView } from '../../src/protocol/chatView.ts';

/** Requests that wait in other sessions. */
export interface Elsewhere {
  readonly requests: number;
  readonly sessions: readonly string[];
}

/** The conversation of this page. Changes are shown once per frame, however many come. */
export interface Chat {
  readonly session: SessionView | undefined;
  readonly entries: readonly ChatEntry[];
  readonly elsewhere: Elsewhere;
}

let chat: Chat = { session: undefined, entries: [], elsewhere: { requests: 0, sessions: [] } };
let isScheduled = false;
const listeners = new Set<() => void>();

/** Takes over a part of the conversation and shows it with the next frame. */
export function updateChat(change: Partial<Chat>): void {
  chat = { ...chat, ...change };
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    for (const listener of listeners) listener();
  });
}

/** Replaces everything from index `from` on; entries that did not change stay the same objects. */
export function replaceEntries(from: number, entries: readonly ChatEntry[]): void {
  updateChat({ entries: [...chat.entries.slice(0, from), ...entries] });
}

/** The conversation; renders again at most once per frame. */
export function useChat(): Chat {
  const [, render] = useState(0);
  useLayoutEffect(() => {
    const listener = () => render((count) => count + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return chat;
}
