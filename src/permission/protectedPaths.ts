import type { Action } from './action.ts';

/**
 * Files that say how agents ask, or that run later by themselves. Writing one always asks, whatever the rules say:
 * an agent must not be able to edit the policy. Each is looked for as a path segment in a lower-case text.
 */
const PROTECTED: readonly string[] = [
  // VS Code: settings, what starts by itself, tool servers; the folder itself when it is moved or deleted as one.
  String.raw`\.vscode(?:/(?:settings|tasks|launch|mcp)\.json(?![\w-])|/?(?![\w/.-]))`,
  String.raw`(?:code|code - insiders|vscodium|cursor)/user/(?:settings|keybindings|tasks|mcp)\.json(?![\w-])`,
  String.raw`data/(?:machine|user)/settings\.json(?![\w-])`,
  // Agents' own permission files, hooks and memory of what is allowed.
  String.raw`\.(?:claude|codex|gemini|qwen|copilot|opencode|cursor|goose|kiro|mcp\.json)(?![\w-])`,
  String.raw`opencode\.jsonc?(?![\w-])`,
  String.raw`\.config/(?:opencode|goose|github-copilot|countersign)(?![\w-])`,
  // Git: hooks and the configuration that can name programs; the folder itself when it is moved or deleted as one.
  String.raw`\.git(?:/(?:hooks|config|modules|worktrees)(?![\w-])|/?(?![\w/.-]))`,
  String.raw`\.(?:gitconfig|husky)(?![\w-])`,
  // What a shell runs when it starts.
  String.raw`\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zshenv|zprofile|zlogin|envrc|ssh)(?![\w-])`,
  // Countersign's own storage, in VS Code's global storage and on the command line; not the demo's sample workspace in it.
  String.raw`(?:countersign\.countersign(?!/sample/(?:[\w-][\w. -]*/)*[\w-][\w. -]*$)|\.countersign|countersign/(?:journal|rules))(?![\w-])`,
  String.raw`journal-[0-9a-z]{26}\.ndjson`,
];

/** Anywhere in a text, as the beginning of a path segment, also right after a short option (`mv -t.git/hooks`). */
const MENTION = new RegExp(
  String.raw`(?:(?<![\w.-])|(?<=\s-[a-z]{1,4}))(?:${PROTECTED.join('|')})|\.code-workspace(?![\w-])`,
);

/** Everything in the list has one of these; most texts have none. */
const HINT =
  /\.(?:vs|code-w|cl|cod|ge|qw|cop|op|cu|go|ki|mcp|git|hu|ba|pr|z|env|ss|co)|user|machine|countersign|journal-|opencode/i;

/** Only what takes long to look through is remembered. */
const known = new WeakMap<Action, boolean>();
const SHORT = 2000;

/** Whether the action writes to a file that decides over permissions, or mentions one where it could be written. */
export function isProtected(action: Action): boolean {
  if (action.tool === 'execute' && action.command.length <= SHORT) return check(action);
  if (action.tool !== 'execute' && action.tool !== 'mcp' && action.tool !== 'other')
    return check(action);
  let result = known.get(action);
  if (result === undefined) {
    result = check(action);
    known.set(action, result);
  }
  return result;
}

function check(action: Action): boolean {
  switch (action.tool) {
    case 'edit':
    case 'delete':
      return mentionsProtected(action.path);
    case 'move':
      return mentionsProtected(action.from) || mentionsProtected(action.to);
    case 'execute':
      return mentionsProtected(action.command) || mentionsProtected(action.cwd ?? '');
    case 'mcp':
      return someString(action.arguments, mentionsProtected);
    case 'other':
      return someString(action.input, mentionsProtected);
    case 'read':
    case 'fetch':
      return false;
  }
}

function mentionsProtected(text: string): boolean {
  const same = sameFile(text);
  if (HINT.test(same) && MENTION.test(same)) return true;
  // A shell joins what quotes and backslashes split: .cl"au"de, .cl\aude.
  const joined = /['"\\]/.test(text) && sameFile(text.replace(/['"\\]/g, ''));
  return joined !== false && HINT.test(joined) && MENTION.test(joined);
}

/** Other spellings of one file: case, separators, compatibility and invisible characters, `//`, `/./`, ADS, dots. */
function sameFile(text: string): string {
  let same = text;
  if (/[^\0-\x7f]/.test(same))
    same = same.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  same = same.toLowerCase();
  if (same.includes('\\')) same = same.replaceAll('\\', '/');
  if (same.includes('//') || same.includes('/./')) same = same.replace(/\/(?:\.?\/)+/g, '/');
  return same;
}

function someString(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (typeof value !== 'object' || value === null) return false;
  // Keys count as well: a map from path to content is a way to name files.
  return Object.entries(value).some(([key, member]) => test(key) || someString(member, test));
}
