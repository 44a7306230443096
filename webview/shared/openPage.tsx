import type { VNode } from 'preact';
import { post } from './host.ts';
import { Button } from './toolkit.ts';
import type { Display } from './types.ts';

export interface OpenPageProps {
  readonly requestId: string;
  readonly display: Display;
}

/** Opens the page that an MCP server wants opened, after VS Code's own question. It answers nothing. */
export function OpenPage({ requestId, display }: OpenPageProps): VNode | null {
  if (display.kind !== 'question' || display.preview.kind !== 'url') return null;
  return (
    <p class="cs-open">
      <Button onPress={() => post({ type: 'openPage', requestId })}>Open link</Button>
    </p>
  );
}
