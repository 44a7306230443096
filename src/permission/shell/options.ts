import { baseName } from './baseName.ts';
import { gitDoubt } from './gitDoubt.ts';
import { awkDoubt, operandsOf, sedDoubt } from './textPrograms.ts';

/**
 * Why arguments beyond the pattern's own could write or run something, in words for a person; `undefined` when nothing is
 * known against them. `argv` is the whole command; those from `from` on are not in the pattern.
 */
export function argumentDoubt(argv: readonly string[], from: number): string | undefined {
  const program = baseName(argv[0] ?? '');
  const added = argv.slice(from);
  const risky = added.find(
    (word, index) => isRisky(word, added[index + 1]) || RISKY_OF[program]?.(word, added[index + 1]),
  );
  if (risky !== undefined) return `"${risky}"`;
  return CHECKS[program]?.(argv, from);
}

/** Long options that run a program, load code, read other settings or write a file, whatever the program. */
const RISKY_LONG = new RegExp(
  `^(?:-(?:exec|eval|ok)(?:dir)?|--(?:${[
    'exec(?:-.*|ute.*)?',
    'ext-?cmd',
    'ext-diff',
    'textconv',
    'pre(?:-glob)?',
    'output(?!-delimiter|-separator).*',
    'out-?file',
    'log-?file',
    'to-command',
    '.*-program',
    '.*-command',
    'command',
    'checkpoint-action',
    'rsh',
    'upload.*',
    'receive-pack',
    '.*hooks?(?:-.*|path)?',
    'eval',
    'print',
    'require.*',
    '(?:experimental-)?loader',
    'import.*',
    'init-?(?:file|script|command)',
    'rc-?file',
    '.*shell',
    '.*editor',
    '.*pager',
    'browser',
    'open.*',
    'run',
    'run[-_].*',
    'options.*',
    'call',
    'cmd',
    '.*config.*',
    'rc',
    'settings?.*',
    'plugins?.*',
    'pre-?load.*',
    'load(?:-.*)?',
    'env-?file.*',
    'node-(?:options|arg).*',
    'interpreter',
    'python(?:-.*)?',
    'inspect.*',
    'allow-(?!empty).*',
    'unsafe.*',
    'in-?place.*',
    'makefile',
    'include-?dir',
    'prefix',
    'registry',
    'index-url',
    'extra-index-url',
    'git-dir',
    'work-tree',
    'global-?(?:setup|teardown).*',
    'setup-?files.*',
    '.*(?:processor|transformer?|resolver|wrapper|linker|callback)s?',
    'template',
    'script.*',
    'filter-?(?:process|command)',
    'agent(?:lib|path)',
    'java-?agent',
    'toolexec',
    'vettool',
    'ignore-scripts=false',
    'no-sandbox',
    'dangerously.*',
  ].join('|')}))(?:=|$)`,
  'i',
);

/** Take a plain name, or a file with code. */
const NAMED =
  /^--?(?:format(?:ter)?|reporters?|runner|test-?runner|env(?:ironment)?|parser|ui|transform|adapter)$/i;
/** Take a folder to work in. */
const FOLDER =
  /^(?:-C|--(?:cwd|dir|directory|chdir|root-?dir|manifest-path|project|package-path))$/i;

function isRisky(word: string, following: string | undefined): boolean {
  if (/^-{1,2}[A-Za-z]/.test(word) && RISKY_LONG.test(word)) return true;
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const value = (equals < 0 ? following : word.slice(equals + 1)) ?? '';
  if (NAMED.test(name)) return isFile(value);
  if (FOLDER.test(name)) return isElsewhere(value);
  return /^-C.+/.test(word) && isElsewhere(word.slice(2));
}

/** A file or a package with code, and no plain name. */
function isFile(value: string): boolean {
  return /[/\\]|^[.@]|\.[cm]?[jt]sx?$/.test(value);
}

/** A folder that is not plainly below the one where the command runs. */
function isElsewhere(folder: string): boolean {
  return /^[/~\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(folder);
}

type WordCheck = (word: string, following: string | undefined) => boolean;

const matching =
  (pattern: RegExp): WordCheck =>
  (word) =>
    pattern.test(word);

/** Options of package managers also reach the scripts that they start: mocha's -r, jest's -c. */
const SCRIPT_RUNNER = matching(/^-[cerxoCgp]$|^-[re][./]|^--(?:user|global)config|^--cache/);

/** The unambiguous beginning of a long option is as good as the whole. */
const abbreviated =
  (names: readonly string[], short?: RegExp): WordCheck =>
  (word) => {
    if (short?.test(word)) return true;
    const name = /^--([a-z][\w-]*)/.exec(word)?.[1];
    return name !== undefined && names.some((each) => each.startsWith(name));
  };

/** Find's own words that only look; all others delete, write or run. */
const FIND_SAFE =
  /^-(?:i?name|i?path|i?wholename|i?regex|regextype|x?type|(?:max|min)depth|depth|size|[acm]time|[acm]min|newer\w*|[ac]newer|print0?|prune|not|and|or|a|o|empty|perm|user|group|uid|gid|H|L|P|follow|daystart|d|x|xdev|mount|true|false|i?lname|links|inum|samefile|nouser|nogroup|readable|writable|executable|quit|ls|used|E|s|\d+|print)$/;

const TAR = [
  'to-command',
  'use-compress-program',
  'checkpoint-action',
  'info-script',
  'new-volume-script',
  'rsh-command',
  'rmt-command',
  'absolute-names',
  'directory',
  'overwrite',
  'unlink-first',
  'index-file',
  'one-top-level',
  'extract',
  'get',
  'create',
  'append',
  'update',
  'delete',
  'concatenate',
  'remove-files',
];

const GO =
  /^--?(?:exec|toolexec|vettool|o|ldflags|gcflags|asmflags|gccgoflags|overlay|modfile|C|w|u|\w*profile|outputdir|trace|pkgdir)(?:=|$)/;

const PYTEST =
  /^-(?:[co]|[a-oq-z]+[cop]$|W)|^--(?:pyargs|rootdir|override-ini|basetemp|junit|pdbcls|confcut|log-|debug)/;

const ESLINT = /^-[co]|^-f.|^--(?:rulesdir|resolve-plugins|cache-(?:file|location))/;

/** What is known of single programs, word by word. */
const RISKY_OF: Readonly<Record<string, WordCheck>> = {
  find: (word) => word.startsWith('-') && !FIND_SAFE.test(word),
  fd: matching(/^-[a-zA-Z0-9]*[xX]/),
  fdfind: matching(/^-[a-zA-Z0-9]*[xX]/),
  rg: abbreviated(['pre', 'hostname-bin', 'search-zip'], /^-[a-zA-Z]*z/),
  sort: abbreviated(['output', 'compress-program', 'temporary-directory'], /^-[a-zA-Z]*[oT]/),
  shuf: abbreviated(['output'], /^-[a-zA-Z]*o/),
  tree: matching(/^-[a-zA-Z]*[oR]/),
  tar: (word) =>
    abbreviated(TAR, /^-[a-zA-Z]*[IFPCxcruA]/)(word, undefined) ||
    (/:/.test(word) && !/^-/.test(word)),
  split: abbreviated(['filter']),
  date: abbreviated(['set'], /^-[a-zA-Z]*s|^\d/),
  file: abbreviated(['compile', 'magic-file'], /^-[a-zA-Z]*[Cm]/),
  printf: matching(/^-v/),
  base64: matching(/^-[a-zA-Z]*o/),
  iconv: matching(/^-[a-zA-Z]*o/),
  yq: matching(/^-[a-zA-Z]*[is]|^--(?:split|inplace|from-file)|\b(?:load|eval|env)/),
  jq: matching(/^-[a-zA-Z]*[fL]|^--(?:from-file|library-path)|\benv\b|\$ENV|\binput_line/),
  journalctl: matching(/^--(?:vacuum|rotate|flush|sync)/),
  ps: matching(/^[a-zA-Z]*e[a-zA-Z]*$/),
  make: matching(/^-[a-zA-Z]*[fIEo]|^--(?:file|makefile|eval|include)|=/),
  gmake: matching(/^-[a-zA-Z]*[fIEo]|^--(?:file|makefile|eval|include)|=/),
  just: matching(/^-[a-zA-Z]*[fd]|^--(?:justfile|shell|set)|=/),
  ninja: matching(/^-[a-zA-Z]*[ft]/),
  cmake: matching(/^-[PEDCUG]|^--(?:install|toolchain|preset)/),
  mvn: matching(/^-(?:D(?!test=|skipTests)|f|s|gs|t|pl|P|\w*ext)|^--(?:file|toolchains)|:/),
  gradle: matching(/^-[IbcpDPgS]|^--(?:build-file|project-dir|gradle-user|system-prop)/),
  cargo: matching(/^-Z|^\+|^--(?:target-dir|artifact-dir|lockfile-path)/),
  go: matching(GO),
  pytest: (word, following) =>
    PYTEST.test(word) ||
    (/^-p/.test(word) && !/^no:/.test(word === '-p' ? (following ?? '') : word.slice(2))),
  eslint: (word, following) => ESLINT.test(word) || (word === '-f' && isFile(following ?? '')),
  prettier: matching(/^--(?:find-config|plugin|ignore-path)/),
  tsc: (word, following) =>
    /^--(?:build-info|generate(?:Trace|CpuProfile))|^@/i.test(word) ||
    (word === '-p' && isElsewhere(following ?? '')),
  jest: matching(
    /^-[ci]$|^--(?:rootDir|roots|projects|modulePath|haste|testEnvironment|cacheDirectory|coverageDirectory)/,
  ),
  vitest: matching(/^-[cr]$|^--(?:root|dir|browser|api)/),
  mocha: (word, following) =>
    /^-[rcpO]$|^--(?:file|package|spec)/.test(word) || (word === '-R' && isFile(following ?? '')),
  fzf: matching(/^--(?:preview|bind|listen)/),
  diff: matching(/^--(?:from-file)/),
  bat: matching(/^--(?:map-syntax|.*-dir)/),
  kubectl: matching(/^--(?:kubeconfig|as|server|token)/),
  npm: SCRIPT_RUNNER,
  pnpm: SCRIPT_RUNNER,
  yarn: SCRIPT_RUNNER,
  bun: SCRIPT_RUNNER,
  npx: SCRIPT_RUNNER,
  ...Object.fromEntries(
    'rollup webpack vite babel postcss stylelint ava nyc c8 tap cypress playwright gulp grunt next nuxt astro'
      .split(' ')
      .map((name) => [name, matching(/^-[cCrfpo]$|^-c./)]),
  ),
  deno: matching(/^-[AcrEe]$|^--(?:location|cert|v8-flags|lock|watch)/),
};

type CommandCheck = (argv: readonly string[], from: number) => string | undefined;

/** What has to be looked at as a whole. */
const CHECKS: Readonly<Record<string, CommandCheck>> = {
  git: gitDoubt,
  sed: sedDoubt,
  gsed: sedDoubt,
  awk: awkDoubt,
  gawk: awkDoubt,
  mawk: awkDoubt,
  nawk: awkDoubt,
  uniq: secondOperandIsWritten,
  xxd: secondOperandIsWritten,
  tar: bundledTar,
};

function secondOperandIsWritten(argv: readonly string[]): string | undefined {
  const second = operandsOf(argv.slice(1)).filter((word) => !/^\d+$/.test(word))[1];
  return second === undefined ? undefined : `a second file ("${second}"), which is written`;
}

/** `tar xIf prog a`: the first word is a bundle of options without its dash. */
function bundledTar(argv: readonly string[], from: number): string | undefined {
  const first = argv[1] ?? '';
  return from <= 1 && /^[A-Za-z]*[IFPCxcruA]/.test(first) ? `"${first}"` : undefined;
}
