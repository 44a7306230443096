import { baseName } from './baseName.ts';
import { CODE_TOOLS, isFile, loadsFile } from './codeTools.ts';
import { gitDoubt } from './gitDoubt.ts';
import { hasOnlyOptions, strangeOption } from './onlyOptions.ts';
import { abbreviated, isElsewhere, matching, type WordCheck } from './optionNames.ts';
import { isOwnProject } from './runners.ts';
import { awkDoubt, operandsOf, sedDoubt } from './textPrograms.ts';

/**
 * Why arguments beyond the pattern's own could write or run something, in words for a person; `undefined` when nothing is
 * known against them. `argv` is the whole command; those from `from` on are not in the pattern.
 */
export function argumentDoubt(argv: readonly string[], from: number): string | undefined {
  const program = ownName(argv[0] ?? '');
  const added = argv.slice(from);
  const risky = added.find(
    (word, index) =>
      isRisky(word, added[index + 1], program) ||
      CODE_TOOLS[program]?.(word, added[index + 1]) ||
      loadsFile(program, word) ||
      RISKY_OF[program]?.(word, added[index + 1]),
  );
  if (risky !== undefined) return `"${risky}"`;
  return strangeOption([program, ...argv.slice(1)], from) ?? CHECKS[program]?.(argv, from);
}

/** What a program is known as here: wrappers that a project keeps for its build tool, and other names of the same. */
function ownName(program: string): string {
  const name = baseName(program);
  return OTHER_NAMES.get(name) ?? name;
}

const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['gradlew', 'gradle'],
  ['mvnw', 'mvn'],
  ['bazelisk', 'bazel'],
  ['gmake', 'make'],
  ['pip3', 'pip'],
  ['fdfind', 'fd'],
  ['tofu', 'terraform'],
]);

/** Long options that run a program, load code, read other settings or write a file, whatever the program. */
const RISKY_LONG = new RegExp(
  `^(?:-(?:exec|eval|ok)(?:dir)?|--(?:${[
    'exec(?:-.*|ute.*)?',
    'ext-?cmd',
    'ext-diff',
    'textconv',
    'pre(?:-glob)?',
    'output(?!-delimiter|-separator|-format|-on-failure).*',
    'out(?:-?(?:file|path))?',
    'report-?(?:file|path)',
    'log-?file',
    'to-command',
    '.*program',
    '.*command',
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
    '.*shell',
    '.*editor',
    '(?!no-).*pager',
    'browser',
    'open.*',
    'run',
    'run[-_].*',
    'options.*',
    'call',
    'cmd',
    '.*conf(?:ig.*)?',
    'fix(?:-.*)?',
    'write',
    'apply(?:-.*)?',
    'transform.*',
    '.*exec-?argv',
    'bootstrap',
    'pastebin.*',
    '(?:un)?install(?:-.*)?',
    'delete(?:-.*)?',
    'purge',
    'on-?(?:success|failure|error|change|start|stop|exit|finish|complete)',
    'no-dry-run',
    'insecure.*',
    'no-verify-ssl',
    'jvm-?(?:args|options|flags)',
    'web',
    '(?:.*-)?host',
    'endpoint-url',
    'ca-?(?:file|bundle)',
    '(?:global-)?pnpm-?file',
    'use-yarnrc',
    'test-adapter.*',
    'post-renderer',
    'viewer',
    'init(?:-module)?',
    'prettier-?path',
    'test-?sequencer',
    'rules-?dir',
    'use-node-version',
    'presets?',
    'watch-?plugins?',
    '.*serializers?',
    'dependency-?extractor',
    '\\w*(?<!s)rc(?:-?file)?',
    'settings?.*',
    'plugins?.*',
    'pre-?load.*',
    'load(?:-.*)?',
    'env-?file.*',
    'node-(?:option|arg).*',
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
  ].join('|')}))(?:[=:]|$)`,
  'i',
);

/** Take a plain name, or a file with code. */
const NAMED =
  /^--?(?:format(?:ter)?|reporters?|runner|test-?runner|env(?:ironment)?|parser|ui|pool|adapter|target|compiler|engine|driver|provider|backend|module|extension|theme|renderer|(?:[\w-]*-)?(?:bin|binary|executable|exe))$/i;
/** Take a folder to work in. */
const FOLDER =
  /^(?:-C|--(?:cwd|dir|directory|chdir|root-?dir|manifest-path|project|package-path|test-dir))$/i;

function isRisky(word: string, following: string | undefined, program: string): boolean {
  // `vitest --run`, also through a script of the package: run once.
  const isVitestRun = word === '--run' && /^(?:vitest|[np]*npm|yarn|bun)$/.test(program);
  // `cmake --build build --config Release`, `bazel test --config=ci`: a name that the project gave.
  const isNamedConfig =
    /^(?:cmake|ctest|bazel|bazelisk|dotnet|swift|ng|nx)$/.test(program) &&
    isConfigName(word, following);
  if (isVitestRun || isNamedConfig) return false;
  // Some programs write `_` for `-`.
  if (/^-{1,2}[A-Za-z]/.test(word) && RISKY_LONG.test(word.replaceAll('_', '-'))) return true;
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const value = (equals < 0 ? following : word.slice(equals + 1)) ?? '';
  if (NAMED.test(name)) return isFile(value);
  if (FOLDER.test(name)) return isElsewhere(value);
  return /^-C.+/.test(word) && isElsewhere(word.slice(2));
}

function isConfigName(word: string, following: string | undefined): boolean {
  const value = /^--config(?:uration)?(?:=(.*))?$/s.exec(word);
  return value !== null && /^\w+$/.test(value[1] ?? following ?? '');
}

/** Options of package managers also reach the scripts that they start: mocha's -r, jest's -c. */
const SCRIPT_RUNNER = abbreviated(
  // npm takes the beginning of an option for the whole.
  ['node-options', 'script-shell', 'userconfig', 'globalconfig', 'cache'],
  /^-[cerxoCgp]$|^-[re][./]|^--cache/,
);

/** Find's own words that only look; all others delete, write or run. */
const FIND_SAFE =
  /^-(?:i?name|i?path|i?wholename|i?regex|regextype|x?type|(?:max|min)depth|depth|size|[acm]time|[acm]min|newer\w*|[ac]newer|print0?|prune|not|and|or|a|o|empty|perm|user|group|uid|gid|H|L|P|follow|daystart|d|x|xdev|mount|true|false|i?lname|links|inum|samefile|nouser|nogroup|readable|writable|executable|quit|ls|used|E|s|\d+[bcwkMG]?|print)$/;

/** Options of what looks, and of `init` and `fmt`, that change nothing but what is looked at; a value may follow `-var`. */
const TERRAFORM =
  /^-(?!(?:no-color|json|compact-warnings|detailed-exitcode|(?:input|lock|refresh|backend)=(?:true|false)|var|var=.*|var-file=[\w./-]+|target=.*|parallelism=\d+|check|recursive|diff|upgrade)$)/;

/** What a folder holds goes over what is there, hooks and settings with it: `cp -r x/. .`, `cp -rT x .`. */
const copiesRoot: WordCheck = (word, following) =>
  /^-[a-zA-Z]*T|^--no-t|.\/\.$/.test(word) ||
  (/.\/$/.test(word) && /^\.\/?$/.test(following ?? ''));

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

/** An assignment replaces any variable of the makefile, but for those that only say how much is shown. */
const MAKE =
  /^-[a-zA-Z]*[fIEo]|^--(?:file|make|eval|include|directory)|^(?!(?:V|VERBOSE|Q|QUIET)=\w*$).*=/;

const KUBECTL =
  /^-f.|^-[sk]$|^--(?:filename|raw|kube|as|server|token|profile|cache-dir|client-|certificate|insecure|template)|template-file/;

/** It takes the beginning of a long option for the whole. */
const PIP = abbreviated(
  `python log proxy trusted-host find-links cert client-cert prefix target root src cache-dir index-url extra-index-url
  config-settings global-option keyring-provider report`.split(/\s+/),
  /^-[fit]|^-r./,
);

const pip: WordCheck = (word, following) =>
  PIP(word, following) || (word === '-r' && !isOwnProject('pip', following ?? ''));

/** What is known of single programs, word by word. */
const RISKY_OF: Readonly<Record<string, WordCheck>> = {
  find: (word) => word.startsWith('-') && !FIND_SAFE.test(word),
  fd: matching(/^-[a-zA-Z0-9]*[xX]/),
  rg: abbreviated(['pre', 'hostname-bin', 'search-zip'], /^-[a-zA-Z]*z/),
  sort: abbreviated(['output', 'compress-program', 'temporary-directory'], /^-[a-zA-Z]*[oT]/),
  shuf: abbreviated(['output'], /^-[a-zA-Z]*o/),
  tree: matching(/^-[a-zA-Z]*[oR]/),
  tar: (word) =>
    abbreviated(TAR, /^-[a-zA-Z]*[IFPCxcruA]/)(word, undefined) ||
    (/:/.test(word) && !/^-/.test(word)),
  split: abbreviated(['filter']),
  date: abbreviated(['set', 'file'], /^-[a-zA-Z]*[sf]|^\d/),
  cp: copiesRoot,
  mv: copiesRoot,
  install: (word, following) =>
    copiesRoot(word, following) || abbreviated(['strip-program'])(word, following),
  file: abbreviated(['compile', 'magic-file'], /^-[a-zA-Z]*[Cm]/),
  // Shells run what is in the index of an array, some wherever a number is read: test -v 'a[$(x)]', exit 'a[$(x)]'.
  printf: matching(/^-v|\[.*[$`]/s),
  test: matching(/[$`]/),
  exit: matching(/[$`[]/),
  wait: matching(/[$`[]|^-p/),
  base64: matching(/^-[a-zA-Z]*o/),
  iconv: abbreviated(['output'], /^-[a-zA-Z]*o/),
  lsof: matching(/^-[a-zA-Z]*D/),
  dig: matching(/^@|^-f/),
  whois: matching(/^-[a-zA-Z]*h/),
  ping: matching(/^-[a-zA-Z]*f/),
  yq: matching(/^-[a-zA-Z]*[is]|^--(?:split|inplace|from-file)|\b(?:load|eval|env|system)/),
  // `.env` is a field of the data, `env` is the environment.
  jq: matching(
    /^-[a-zA-Z]*[fL]|^--(?:from-file|library-path)|(?<!(?<!\.)\.)\b(?:env|include|import)\b|\$ENV|\binput_(?:line|filename)/,
  ),
  ps: matching(/^[a-zA-Z]*e[a-zA-Z]*$|^-[a-zA-Z]*E/),
  make: matching(MAKE),
  just: matching(/^-[a-zA-Z]*[fdE]|^--(?:justfile|shell|set|choose|dotenv|edit|working)|=/),
  ninja: matching(/^-[a-zA-Z]*[ft]/),
  // After `--` come the arguments of make or ninja.
  cmake: matching(/^-[PEDCUG]|^--$|^--(?:install|toolchain|preset)|^\w+=/),
  ctest: matching(/^-[SDTM]|^--(?:script|build|dashboard)/),
  meson: abbreviated(['wrapper', 'gdb-path', 'native-file', 'cross-file', 'logbase'], /^-C/),
  mix: matching(/^-[rpe]|^--dot/),
  ng: matching(/^--(?:main|polyfills|karma|ts-?config)/),
  'manage.py': matching(/^--(?:pythonpath|testrunner)/),
  typedoc: matching(/^--(?:json|entry)/),
  turbo: matching(/^--(?:graph|profile|anon-profile|cache|remote|team|token|api)/),
  lerna: matching(/^--npm-?client/i),
  uv: matching(/^-[pi]/),
  glab: matching(/^-[a-zA-Z]*w$/),
  mvn: matching(/^[^-].*:/),
  cargo: matching(/^[+@]/),
  dotnet: matching(/^(?:\/\w+:|@)/),
  go: matching(/^[^-].*@/),
  fzf: matching(/^--(?:preview|bind|listen)/),
  diff: matching(/^--(?:from-file)/),
  bat: matching(/^cache$|^--(?:map-syntax|.*-dir)/),
  scc: matching(/^-[a-zA-Z]*o|^--format-multi/),
  oxlint: matching(/^-c/),
  kubectl: (word, following) =>
    KUBECTL.test(word) || (word === '-f' && /^https?:|\.(?:ya?ml|json)$|^-$/.test(following ?? '')),
  docker: matching(/^-H|^--(?:host|context|tls)/),
  systemctl: matching(/^-[HM]|^--(?:host|machine)/),
  ss: matching(/^-[a-zA-Z]*[KDF]|^--(?:kill|diag)/),
  pip,
  gh: matching(/^-[a-zA-Z]*w$|\benv\b|\$ENV/),
  task: matching(/^-[a-zA-Z]*[td]|^--(?:taskfile|entrypoint|global)|=/),
  esbuild: matching(/^--(?:outdir|banner|footer|inject|alias|serve|metafile|analyze|allow)/),
  'pre-commit': matching(/^-c/),
  markdownlint: matching(/^-[a-zA-Z]*[cfor]|^--rules/),
  actionlint: matching(/^-(?:shellcheck|pyflakes)/),
  pyright: matching(/^--pythonpath/),
  bandit: matching(/^-[a-zA-Z]*o/),

  rustfmt: matching(/^--(?:emit|backup)/),
  unzip: matching(/^-/),
  terraform: matching(TERRAFORM),
  npm: SCRIPT_RUNNER,
  pnpm: SCRIPT_RUNNER,
  yarn: SCRIPT_RUNNER,
  bun: SCRIPT_RUNNER,
  npx: SCRIPT_RUNNER,
  // Only `node --test` gets here.
  node: SCRIPT_RUNNER,
  ...Object.fromEntries(
    'rollup webpack vite postcss stylelint ava tap playwright gulp grunt next nuxt astro'
      .split(' ')
      .map((name) => [name, matching(/^-[cCrfpou]$|^-c.|^--(?:update|before|after|record|key)/)]),
  ),
  cypress: matching(/^-[cCrfpob]$|^-c.|^--(?:record|key)/),
  babel: matching(/^-[cCrfpod]$|^-c.|^--out-dir/),
  deno: matching(
    /^-[a-zA-Z]*[AcrEeRWNSP]|^--(?:location|cert|v8-flags|lock|watch)|^(?:npm|jsr|data|blob):/,
  ),
};

/** Whether what the options of a program do is known here. */
export function hasKnownOptions(program: string): boolean {
  const name = ownName(program);
  return (
    hasOnlyOptions(name) ||
    [RISKY_OF, CHECKS, CODE_TOOLS].some((known) => Object.hasOwn(known, name))
  );
}

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
  'json.tool': secondOperandIsWritten,
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
