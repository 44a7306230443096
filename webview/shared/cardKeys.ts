import type { CardKey } from '../../src/protocol/messages.ts';
import { ARMING_MS } from './arming.ts';

/** What the keyboard can do with a waiting card. */
export interface CardHandle {
  /** Allows, or sends the answer of a question. */
  allow(): void;
  deny(): void;
  /** A high-risk card is allowed in two steps. */
  readonly isRisk: boolean;
  toggleAlways(): void;
  toggleOptions(): void;
  openDiff(): void;
  /** Closes what is open; false when nothing is. */
  close(): boolean;
  /** Chooses an option of a question, from 1. */
  choose(number: number): void;
}

const handles = new Map<string, CardHandle>();
/** The card that has the focus, since when, and since when its Allow button has it after the first key press. */
let focused: { readonly id: string; readonly since: number } | undefined;
let allowFocusedAt: number | undefined;
let lastRepeat = Number.NEGATIVE_INFINITY;

/** A key that is held down repeats about 30 times a second; the host cannot tell its commands apart. */
const REPEAT_PAUSE_MS = 300;

/** Makes a card reachable for {@link handleHostKey}. Returns the way to stop. */
export function registerHandle(id: string, handle: CardHandle): () => void {
  handles.set(id, handle);
  return () => {
    if (handles.get(id) === handle) handles.delete(id);
  };
}

/** Starts to listen for held keys. Call once per page. */
export function watchHeldKeys(): void {
  const note = (event: KeyboardEvent) => {
    if (event.repeat) lastRepeat = performance.now();
  };
  document.addEventListener('keydown', note, { capture: true });
}

/** Call when the focus enters a card: keys answer it only half a second later. */
export function noteFocus(event: FocusEvent, id: string): void {
  const { currentTarget, relatedTarget } = event;
  const came = !(
    currentTarget instanceof Node &&
    relatedTarget instanceof Node &&
    currentTarget.contains(relatedTarget)
  );
  if (!came && focused?.id === id) return;
  focused = { id, since: performance.now() };
  allowFocusedAt = undefined;
}

/** Does what a keyboard command of VS Code asks for, on the card that has the focus in `list`. */
export function handleHostKey(key: CardKey, list: HTMLElement): void {
  switch (key) {
    case 'next':
    case 'previous':
      if (!isTyping()) moveFocus(list, key === 'next' ? 1 : -1);
      return;
    default: {
      const card = cardOf(document.activeElement);
      const handle = card && handles.get(card.dataset['request'] ?? '');
      if (card && handle) handleCardKey(key, card, handle);
    }
  }
}

function handleCardKey(
  key: Exclude<CardKey, 'next' | 'previous'>,
  card: HTMLElement,
  handle: CardHandle,
): void {
  switch (key) {
    case 'allowOnce':
      if (mayAnswer() && !isWriting(card)) allowStep(card, handle);
      return;
    case 'deny':
      // In a text field this key deletes a word.
      if (mayAnswer() && !isTyping()) handle.deny();
      return;
    case 'alwaysAllow':
      handle.toggleAlways();
      return;
    case 'more':
      handle.toggleOptions();
      return;
    case 'openDiff':
      handle.openDiff();
  }
}

function mayAnswer(): boolean {
  const now = performance.now();
  return (
    focused !== undefined && now - focused.since >= ARMING_MS && now - lastRepeat >= REPEAT_PAUSE_MS
  );
}

/** High risk: the first press only moves the focus to *Allow once*, a second one answers. */
function allowStep(card: HTMLElement, handle: CardHandle): void {
  const button = card.querySelector<HTMLElement>('.cs-btn.allow');
  if (!handle.isRisk) {
    handle.allow();
  } else if (button && document.activeElement !== button) {
    button.focus();
    allowFocusedAt = performance.now();
  } else if (performance.now() - (allowFocusedAt ?? 0) >= ARMING_MS) {
    handle.allow();
  }
}

/** Whether the person writes something for the agent that is not the answer to its question, or makes a rule. */
function isWriting(card: HTMLElement): boolean {
  return (
    document.activeElement?.closest('.cs-feedback, .cs-rule') !== null &&
    card.contains(document.activeElement)
  );
}

function isTyping(): boolean {
  return document.activeElement?.matches('vscode-text-field, textarea, input[type=text]') === true;
}

function cardOf(element: Element | null): HTMLElement | null {
  return element?.closest<HTMLElement>('.cs-card') ?? null;
}

/** Moves the focus to the card after, or before, the one that has it; from outside to the first. */
function moveFocus(list: HTMLElement, step: 1 | -1): void {
  const all = [...list.querySelectorAll<HTMLElement>('.cs-card')];
  const at = all.indexOf(cardOf(document.activeElement) ?? list);
  focusCard(all[at < 0 ? 0 : at + step]);
}

/** Puts the focus on a card, never on one of its buttons, and brings it into view. */
export function focusCard(card: HTMLElement | null | undefined): void {
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: 'nearest' });
}

/** The keys that work on a waiting card without a command of VS Code: ↑ ↓ Enter Esc 1–9. */
export function handleKeyDown(event: KeyboardEvent, handle: CardHandle): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') {
    closeOrLeave(event, handle);
    return;
  }
  const card = event.currentTarget;
  if (event.target !== card || !(card instanceof HTMLElement)) return;
  if (handleMove(event, card)) return;
  if (event.key === 'Enter') {
    event.preventDefault();
    unfold(card);
  } else if (/^[1-9]$/.test(event.key)) {
    handle.choose(Number(event.key));
  }
}

/** Opens what is folded; once all is open, folds it again. */
function unfold(card: HTMLElement): void {
  const folds = [...card.querySelectorAll<HTMLElement>('.cs-fold')];
  const closed = folds.filter((fold) => fold.getAttribute('aria-expanded') === 'false');
  for (const fold of closed.length > 0 ? closed : folds) fold.click();
}

/** The keys of a card that is over. */
export function handleSettledKeyDown(event: KeyboardEvent): void {
  const card = event.currentTarget;
  if (event.target !== card || !(card instanceof HTMLElement)) return;
  if (event.key === 'Escape') leave(card);
  else handleMove(event, card);
}

function handleMove(event: KeyboardEvent, card: HTMLElement): boolean {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return false;
  const list = card.closest<HTMLElement>('[data-list]');
  if (list) moveFocus(list, event.key === 'ArrowDown' ? 1 : -1);
  event.preventDefault();
  return true;
}

/** Closes what is open in the card, then goes back to the card, then leaves it. */
function closeOrLeave(event: KeyboardEvent, handle: CardHandle): void {
  const card = event.currentTarget;
  if (!(card instanceof HTMLElement)) return;
  event.preventDefault();
  if (handle.close() || event.target !== card) card.focus();
  else leave(card);
}

function leave(card: HTMLElement): void {
  card.closest<HTMLElement>('[data-list]')?.focus({ preventScroll: true });
}
