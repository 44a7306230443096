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

/** Text as a quick pick shows it: without the icons that VS Code makes of `$(name)`. */
export function noIcons(text: string): string {
  return text.replaceAll('$(', '$\u200B(');
}
