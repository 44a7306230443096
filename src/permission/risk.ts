import type { Action } from './action.ts';
import { isProtected } from './protectedPaths.ts';

/** Why a call deserves a second look. At most one per request: the worst. Numbers that are not known are left out. */
export interface Risk {
  readonly text: string;
  /** The words of the payload to underline. */
  readonly tokens: readonly string[];
}

interface CommandRisk {
  readonly pattern: RegExp;
  readonly text: (match: RegExpMatchArray) => string;
}

/** The worst first. A hint for the eye, never a permission: what is not in this list asks just the same. */
const COMMANDS: readonly CommandRisk[] = [
  {
    pattern: /(?<token>\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b)/,
    text: (match) => `Runs a script from the network${hostIn(match[0])}.`,
  },
  { pattern: /(?:^|[\s;&|(])(?<token>sudo|doas)\s/, text: () => 'Runs as administrator.' },
  {
    pattern: /\bgit\s+push\b[^;&|\n]*\s(?<token>--force(?:-with-lease)?|-f|\+\S+)(?=\s|=|$)/,
    text: () => 'Rewrites history on a shared branch.',
  },
  {
    pattern: /(?:^|[\s;&|(])rm\s+(?:-\S+\s+)*(?<token>-[a-zA-Z]*[rR][a-zA-Z]*|--recursive)(?=\s|$)/,
    text: () => 'Deletes files and folders for good.',
  },
  {
    pattern: /\bgit\s+(?<token>reset\s+--hard|clean\s+-[a-zA-Z]*f[a-zA-Z]*)/,
    text: () => 'Deletes files and folders for good.',
  },
  {
    pattern: /\bfind\b[^;&|\n]*\s(?<token>-delete)\b/,
    text: () => 'Deletes files and folders for good.',
  },
  {
    pattern: /\b(?:npm|pnpm|yarn)\s+(?<token>publish)\b/,
    text: () => 'Publishes to the npm registry.',
  },
];

/** The worst risk of an action, or `undefined` when none is known. `workspaceFolder` is absolute. */
export function riskOf(action: Action, workspaceFolder: string): Risk | undefined {
  if (isProtected(action)) {
    return { text: 'Changes how agents ask for permission, or what runs by itself.', tokens: [] };
  }
  switch (action.tool) {
    case 'execute':
      return commandRisk(action.command);
    case 'edit':
    case 'delete':
      return outside(action.path, workspaceFolder);
    case 'move':
      return outside(action.from, workspaceFolder) ?? outside(action.to, workspaceFolder);
    case 'read':
    case 'fetch':
    case 'mcp':
    case 'other':
      return undefined;
  }
}

function commandRisk(command: string): Risk | undefined {
  for (const { pattern, text } of COMMANDS) {
    const match = pattern.exec(command);
    if (match)
      return { text: text(match), tokens: match.groups?.['token'] ? [match.groups['token']] : [] };
  }
  return undefined;
}

function outside(path: string, workspaceFolder: string): Risk | undefined {
  const folder = workspaceFolder.replaceAll('\\', '/').replace(/\/+$/, '');
  const file = path.replaceAll('\\', '/');
  if (file === folder || file.startsWith(`${folder}/`)) return undefined;
  return { text: 'Changes files outside the workspace.', tokens: [] };
}

function hostIn(command: string): string {
  const host = /https?:\/\/([^/\s'"]+)/.exec(command)?.[1];
  return host ? `: ${host}` : '';
}
