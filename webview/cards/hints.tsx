import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

const isMac = /Mac/.test(navigator.platform);

interface Hint {
  readonly keys: string;
  readonly does: string;
  /** Left out where there is little room. */
  readonly optional?: boolean;
}

const HINTS: readonly Hint[] = [
  { keys: '↑ ↓', does: 'move' },
  { keys: withCtrl('Enter'), does: 'allow once' },
  { keys: withCtrl('Backspace'), does: 'deny' },
  { keys: withCtrl('Shift+Enter'), does: 'always allow…', optional: true },
  { keys: withCtrl('D'), does: 'open diff', optional: true },
];

const MORE_HINTS: readonly Hint[] = [
  { keys: withCtrl('.'), does: 'more ways to answer' },
  { keys: 'Enter', does: 'unfold' },
  { keys: 'Esc', does: 'close, then leave the request' },
  { keys: '1–9', does: 'choose in a question' },
];

function withCtrl(keys: string): string {
  return isMac ? `⌘${keys.replace('Shift+', '⇧')}` : `Ctrl+${keys}`;
}

/** The keys of the card that has the focus. */
export function Hints(): VNode {
  const [all, setAll] = useState(false);
  return (
    <div class={all ? 'cs-hints is-all' : 'cs-hints'}>
      {[...HINTS, ...(all ? MORE_HINTS : [])].map(({ keys, does, optional }) => (
        <span key={keys} class={optional && !all ? 'opt' : undefined}>
          <span class="cs-kbd">{keys}</span> {does}
        </span>
      ))}
      <button type="button" class="cs-link" aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? 'Fewer keys' : 'All keys'}
      </button>
    </div>
  );
}
