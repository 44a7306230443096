import type { DisplayKind } from '../permission/display.ts';

/** The codicon of each kind of request. */
export const KIND_ICONS: Readonly<Record<DisplayKind, string>> = {
  command: 'terminal',
  edit: 'edit',
  create: 'new-file',
  delete: 'trash',
  move: 'arrow-swap',
  read: 'eye',
  fetch: 'globe',
  mcp: 'mcp',
  question: 'question',
  other: 'tools',
};
