import type { Action } from './action.ts';

/**
 * Files that say how agents ask, or that run later by themselves. Writing one always asks, whatever the rules say:
 * an agent must not be able to edit the policy.
 */
const PROTECTED: readonly RegExp[] = [
  /(^|\/)\.vscode\/settings\.json$/,
  /\.code-workspace$/,
  /(^|\/)\.claude(\/|$)/,
  /(^|\/)\.claude\.json$/,
  /(^|\/)\.mcp\.json$/,
  /(^|\/)\.codex(\/|$)/,
  /(^|\/)\.gemini(\/|$)/,
  /(^|\/)\.qwen(\/|$)/,
  /(^|\/)\.copilot(\/|$)/,
  /(^|\/)opencode\.jsonc?$/,
  /(^|\/)\.opencode(\/|$)/,
  /(^|\/)\.git\/(hooks(\/|$)|config$)/,
  /(^|\/)\.husky(\/|$)/,
  // Countersign's own storage, in VS Code's global storage and on the command line.
  /(^|\/)countersign\.countersign(\/|$)/,
  /(^|\/)\.countersign(\/|$)/,
];

/** Whether the action writes to a file that decides over permissions, or mentions one in a command. */
export function isProtected(action: Action): boolean {
  switch (action.tool) {
    case 'edit':
    case 'delete':
      return isProtectedPath(action.path);
    case 'move':
      return isProtectedPath(action.from) || isProtectedPath(action.to);
    case 'execute':
      return action.command.split(/[\s'"=;|&<>(){}]+/).some(isProtectedPath);
    case 'read':
    case 'fetch':
    case 'mcp':
    case 'other':
      return false;
  }
}

function isProtectedPath(path: string): boolean {
  // Case-insensitive file systems reach the same file by another spelling.
  const normal = path.replaceAll('\\', '/').toLowerCase();
  return PROTECTED.some((pattern) => pattern.test(normal));
}
