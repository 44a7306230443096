import type { VNode } from 'preact';
import { clockTime, fullTime } from '../shared/phrases.ts';
import type { Item } from './items.ts';

/** How a request ended, or how far its answer is. Nothing for one that waits. */
export function Outcome({ item }: { readonly item: Item }): VNode | null {
  const { phase, resolved } = item;
  switch (phase.kind) {
    case 'open':
      return null;
    case 'sent':
      return (
        <Line
          icon="sync codicon-modifier-spin"
          text={phase.outcome === 'deny' ? 'Sending your Deny…' : 'Sending your Allow…'}
        />
      );
    case 'confirming':
      return (
        <Line icon="vm" text="Confirm this at the desktop. Nothing is allowed until you have." />
      );
    case 'over': {
      const ending = resolved?.outcome;
      if (!ending)
        return <Line icon="discard" text="This is over. Nothing can be answered any more." />;
      const { tone, icon, text, at, where } = ending;
      return <Line tone={tone} icon={icon} text={where ? `${text} ${where}` : text} at={at} />;
    }
  }
}

interface LineProps {
  readonly tone?: 'ok' | 'no' | 'gone';
  readonly icon: string;
  readonly text: string;
  readonly at?: number;
}

function Line({ tone = 'gone', icon, text, at }: LineProps): VNode {
  return (
    <p class={`cs-outcome ${tone}`} role="status">
      <i class={`codicon codicon-${icon}`} aria-hidden="true" />
      <span>{text}</span>
      {at !== undefined && (
        <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
          {clockTime(at)}
        </time>
      )}
    </p>
  );
}
