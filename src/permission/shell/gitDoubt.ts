/** Why the arguments of a git command could write, run or reach further than its pattern says. */
export function gitDoubt(argv: readonly string[], from: number): string | undefined {
  const sub = argv[1] ?? '';
  // Before the subcommand: -c, -C, --git-dir, --exec-path. A name that is not git's own can be an alias for anything.
  if (sub in {} || (from <= 1 && !READERS.has(sub))) return sub === '' ? undefined : `"${sub}"`;
  const start = Math.max(from, 2);
  const words = argv.slice(start);
  const end = words.indexOf('--');
  const options = end < 0 ? words : words.slice(0, end);
  const risky =
    options.find((word) => isRisky(word, sub) || RISKY_OF[sub]?.test(word)) ??
    (sub === 'checkout' ? words.find((word) => /^(?:--|\.|:\/)$/.test(word)) : undefined) ??
    (REMOTE.has(sub) ? words.find((word) => /^[./~\\]|[:+^]/.test(word)) : undefined);
  if (risky !== undefined) return `"${risky}"`;
  if (NARROW.has(sub) && words.length > 0 && !isConfigRead(argv, start))
    return `"git ${sub}" with more arguments`;
  const verb = argv.findIndex((word, index) => index >= 2 && !word.startsWith('-'));
  if (sub in VERBS && verb >= from && !VERBS[sub]?.test(argv[verb] ?? ''))
    return `"${sub} ${argv[verb]}"`;
  return undefined;
}

/** Whether it is a command of git itself that looks, or records what is there, on this machine. */
export function isPlainGit(sub: string): boolean {
  return READERS.has(sub) && !REMOTE.has(sub);
}

/** Look only, and cannot be aliases: git does not let its own commands be replaced. */
const READERS: ReadonlySet<string> = new Set(
  `log show diff status blame shortlog describe rev-parse rev-list ls-files ls-tree grep branch tag remote stash
  add commit fetch merge-base name-rev show-ref for-each-ref count-objects reflog version whatchanged cat-file
  diff-tree diff-index diff-files check-ignore worktree`.split(/\s+/),
);

/** `git config --get` and one name, where the pattern says `--get`. */
function isConfigRead(argv: readonly string[], from: number): boolean {
  const more = argv.slice(from);
  return argv.slice(1, from).join(' ') === 'config --get' && /^[\w.-]+$/.test(more.join(' '));
}

/** git takes the beginning of a long option for the whole. */
const LONG: readonly string[] = [
  'output',
  'output-directory',
  'ext-diff',
  'textconv',
  'filters',
  'open-files-in-pager',
  'exec',
  'upload-pack',
  'receive-pack',
  'extcmd',
  'config',
  'config-env',
  'template',
  'edit-description',
  'separate-git-dir',
  'reference',
  'unsafe-paths',
  'directory',
  'recurse-submodules',
  'receive',
  'gpg-sign',
  'trailer',
  'contents',
  'strategy-option',
  'pathspec-from-file',
];

/** Long options of single subcommands that delete, force, run, write or skip checks. */
const LONG_OF: Readonly<Record<string, readonly string[]>> = {
  branch: ['delete', 'move', 'copy', 'force', 'set-upstream-to', 'unset-upstream'],
  tag: ['delete', 'force', 'file', 'sign', 'local-user'],
  push: [
    'force',
    'delete',
    'mirror',
    'prune',
    'all',
    'tags',
    'follow-tags',
    'no-verify',
    'push-option',
    'repo',
  ],
  pull: ['force', 'strategy'],
  fetch: ['force', 'update-head-ok', 'refmap'],
  diff: ['no-index'],
  grep: ['no-index'],
  commit: ['file', 'no-verify', 'edit', 'reedit-message', 'interactive', 'patch'],
  checkout: ['force', 'patch', 'ours', 'theirs'],
  switch: ['force', 'discard-changes'],
  reset: ['hard', 'merge', 'keep'],
  rebase: ['interactive', 'strategy', 'edit-todo'],
  merge: ['strategy', 'file'],
  worktree: ['force'],
  add: ['edit', 'interactive', 'patch', 'chmod'],
};

function isRisky(word: string, sub: string): boolean {
  const name = /^--([a-z][\w-]*)/.exec(word)?.[1];
  // An address, or with ext:: a program to talk to; elsewhere it is a text, such as a message.
  if (name === undefined) return sub === 'remote' && word.includes(':');
  if (SAFE.has(name)) return false;
  return [...LONG, ...(LONG_OF[sub] ?? [])].some((each) => each.startsWith(name));
}

/** The beginning of a risky one, but git's own. */
const SAFE: ReadonlySet<string> = new Set(['text', 'r']);

/** Options of single subcommands that delete, force, run or write. */
const RISKY_OF: Readonly<Record<string, RegExp>> = {
  log: /^-O/,
  show: /^-O/,
  diff: /^-O/,
  grep: /^-[a-zA-Z]*O/,
  branch: /^-[a-zA-Z]*[dDmMcCfu]/,
  tag: /^-[a-zA-Z]*[dfFsu]/,
  push: /^-[a-zA-Z]*[fdo]/,
  pull: /^-[a-zA-Z]*[fus]|^--rebase=/,
  fetch: /^-[a-zA-Z]*[fu]|^--prune-/,
  commit: /^-[avsqzoi]*[FtSnecp]/,
  checkout: /^-[a-zA-Z]*[fBp]/,
  switch: /^-[a-zA-Z]*[fC]/,
  rebase: /^-[a-zA-Z]*[xis]/,
  merge: /^-[a-zA-Z]*[sF]/,
  worktree: /^-[a-zA-Z]*[fB]/,
  add: /^-[a-zA-Z]*[eip]/,
  'rev-parse': /^--(?:parseopt|sq)/,
  'cat-file': /^--(?:textconv|filters|batch-command)/,
  'ls-remote': /^--(?:upload|exec|server)/,
};

/** They talk to a place that an argument can name. */
const REMOTE: ReadonlySet<string> = new Set(['fetch', 'pull', 'push', 'ls-remote']);

/** No more arguments than the pattern has. */
const NARROW: ReadonlySet<string> = new Set(
  `clone config clean rm bisect submodule filter-branch filter-repo difftool mergetool update-ref symbolic-ref
  archive bundle format-patch gc prune repack replace am send-email instaweb daemon credential credential-store remote-ext help
  web--browse hook maintenance init fast-import fast-export p4 svn cvsimport imap-send request-pull lfs flow
  update-index read-tree apply notes upload-pack receive-pack upload-archive shell var`.split(
    /\s+/,
  ),
);

/** What may follow when the pattern does not say: these look. */
const VERBS: Readonly<Record<string, RegExp>> = {
  remote: /^(?:show|get-url)$/,
  stash: /^(?:list|show|push|save)$/,
  reflog: /^(?:show|HEAD\b.*)$/,
  worktree: /^list$/,
};
