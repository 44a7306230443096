import type { VNode } from 'preact';

/** Stays above what it reveals, so that it does not move away from the pointer. */
export function FoldBar(props: {
  readonly open: boolean;
  readonly label: string;
  readonly onToggle: () => void;
}): VNode {
  return (
    <button type="button" class="cs-fold" aria-expanded={props.open} onClick={props.onToggle}>
      <i class={`codicon codicon-chevron-${props.open ? 'up' : 'down'}`} aria-hidden="true" />
      <span>{props.open ? 'Show less' : props.label}</span>
    </button>
  );
}
