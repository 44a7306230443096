import { baseName } from './baseName.ts';
import { reachOf } from './programs.ts';

/** Where the command begins that a runner is told to run (`npx vitest` → 1); `undefined` when it is no runner. */
export function innerCommandAt(argv: readonly string[]): number | undefined {
  const program = baseName(argv[0] ?? '');
  if (ALWAYS.has(program)) return firstOperand(argv, 1);
  const verbs = VERBS[program];
  if (!verbs) return undefined;
  const verb = firstOperand(argv, verbAt(argv) ?? 1);
  if (!verbs.includes(argv[verb] ?? '')) return undefined;
  return firstOperand(argv, verb + 1);
}

/** Why a pattern that ends before `named` says too little of what this program does; a part of a sentence. */
export function runnerDoubt(argv: readonly string[], named: number): string | undefined {
  const program = baseName(argv[0] ?? '');
  const at = verbAt(argv) ?? 1;
  const verb = argv[at] ?? '';
  const more = argv.slice(named);
  if (reachOf(program) === 'closed') {
    if (argv.length === 2 && verb === '--version') return undefined;
    if (isLooking(argv, named) || buildsPlainly(argv, named)) return undefined;
    return `more arguments for "${program}"`;
  }
  const target = named >= 2 && TARGETS.test(program) ? otherTarget(argv, named) : undefined;
  if (target !== undefined) return `"${target}"`;
  const depth = NEEDS_VERB[program];
  if (depth === undefined) return undefined;
  if (named < depth - 1 + at || verb.startsWith('-'))
    return `a "${program}" command that the rule does not name`;
  const runsItself = verb === 'run' && RUNS_ITSELF.test(program);
  if (RUNS_A_NAME.has(verb) && named < at + 2 && !runsItself)
    return `a script that the rule does not name`;
  const isChange = CHANGES.has(verb);
  const operand = more.find(
    (word) =>
      (!word.startsWith('-') && !isOwnProject(program, word)) ||
      /^-(?:g|w|-global|-location)/.test(word),
  );
  return isChange && operand !== undefined ? `"${operand}"` : undefined;
}

/** What the project itself says that it needs, or the project: `-r requirements.txt`, `-e .`. */
export function isOwnProject(program: string, word: string): boolean {
  return (
    /^pip3?$/.test(program) &&
    /^(?:\.(?:\[[\w,-]+\])?|(?:[\w-]+\/)*[\w-]*requirements[\w-]*\.txt)$/.test(word)
  );
}

/** Whether the first word after a program's name is a command of its own. */
export function hasCommands(program: string): boolean {
  const name = baseName(program);
  return name === 'git' || Object.hasOwn(NEEDS_VERB, name) || Object.hasOwn(LOOKING, name);
}

/** Every word is something to build or run. */
const TARGETS = /^(?:g?make|just|ninja|gradlew?|mvnw?|rake|sbt|flyway)$/;

function otherTarget(argv: readonly string[], named: number): string | undefined {
  return argv.find(
    (word, index) =>
      index >= named &&
      !/^-|^\d+$|=/.test(word) &&
      !/^(?:--tests|-x|--exclude-task|--console|-pl|--projects)$/.test(argv[index - 1] ?? ''),
  );
}

/**
 * The index of the command of a program (`npm --prefix web test` → 3); `undefined` where that is not sure, since an option
 * that is not known comes before it.
 */
function verbAt(argv: readonly string[]): number | undefined {
  const before = BEFORE_VERB[baseName(argv[0] ?? '')];
  let at = 1;
  while (before) {
    const word = argv[at] ?? '';
    if (before.valued.test(word)) at += 2;
    else if (before.plain.test(word)) at++;
    else break;
  }
  return argv[at]?.startsWith('-') ? undefined : at;
}

/** Options that say where and how loudly, before the command: `valued` take the next word. */
const BEFORE_VERB: Readonly<Record<string, { readonly valued: RegExp; readonly plain: RegExp }>> = {
  npm: {
    valued: /^(?:-[wC]|--(?:workspace|prefix))$/,
    plain: /^(?:-s|--silent|--workspaces|--(?:workspace|prefix)=.+)$/,
  },
  pnpm: {
    valued: /^(?:-[FC]|--(?:filter|dir))$/,
    plain: /^(?:-[rsw]|--(?:recursive|silent|workspace-root)|--(?:filter|dir)=.+)$/,
  },
  yarn: { valued: /^(?:--cwd|workspace)$/, plain: /^(?:-s|--silent|--cwd=.+)$/ },
};

/** The first word that is not an option; the end of the command when there is none. */
function firstOperand(argv: readonly string[], from: number): number {
  const at = argv.findIndex((word, index) => index >= from && !word.startsWith('-'));
  return at < 0 ? argv.length : at;
}

const ALWAYS: ReadonlySet<string> = new Set(['npx', 'pnpx', 'bunx', 'uvx', 'nyc', 'c8']);

const VERBS: Readonly<Record<string, readonly string[]>> = {
  npm: ['exec', 'x'],
  pnpm: ['exec', 'dlx'],
  yarn: ['exec', 'dlx', 'node'],
  bun: ['x'],
  pipx: ['run'],
  uv: ['run', 'tool'],
  poetry: ['run'],
  pipenv: ['run'],
  pdm: ['run'],
  rye: ['run'],
  hatch: ['run'],
  conda: ['run'],
  mamba: ['run'],
  bundle: ['exec'],
  mise: ['exec', 'x'],
  asdf: ['exec'],
  rbenv: ['exec'],
  volta: ['run'],
  corepack: ['npm', 'pnpm', 'yarn'],
  rustup: ['run'],
  nix: ['run', 'shell', 'develop'],
  lerna: ['exec'],
  direnv: ['exec'],
};

/** Take commands that can be scripts, plug-ins or aliases of a project: how many words a pattern needs. */
const NEEDS_VERB: Readonly<Record<string, number>> = {
  npm: 2,
  pnpm: 2,
  yarn: 2,
  bun: 2,
  cargo: 2,
  go: 2,
  deno: 2,
  uv: 2,
  poetry: 2,
  pipenv: 2,
  pdm: 2,
  rye: 2,
  hatch: 2,
  conda: 2,
  mamba: 2,
  bundle: 2,
  mise: 2,
  asdf: 2,
  rbenv: 2,
  rustup: 2,
  nix: 3,
  lerna: 2,
  nx: 2,
  turbo: 2,
  pip: 2,
  pip3: 2,
  gem: 2,
  composer: 2,
  gh: 3,
  glab: 3,
  aws: 3,
  gcloud: 4,
  az: 3,
  dotnet: 2,
  bazel: 2,
  bazelisk: 2,
  mix: 2,
  flutter: 2,
  coverage: 2,
  rails: 2,
  ng: 2,
};

/** `run` is followed by nothing but arguments of the project's own program. */
const RUNS_ITSELF = /^(?:cargo|dotnet)$/;

/** Run what the next word names. */
const RUNS_A_NAME: ReadonlySet<string> = new Set([
  'run',
  'run-script',
  'runner',
  'task',
  'eval',
  'tool',
  'api',
]);

/** Change what is installed, published or configured: options are free, names are not. */
const CHANGES: ReadonlySet<string> = new Set(
  `install i add ci in ins isntall link ln publish unpublish login logout token access owner config set get cache
  dist-tag deprecate update up upgrade remove uninstall rm un unlink rebuild create init generate clean yank patch
  pkg version team profile star alias extension secret auth download sync fix workspaces watch audit`.split(
    /\s+/,
  ),
);

function isLooking(argv: readonly string[], named: number): boolean {
  const [program = '', ...words] = argv;
  const looks = LOOKING[baseName(program)];
  return [1, 2].some((count) => named > count && looks?.includes(words.slice(0, count).join(' ')));
}

/** `docker build` of this folder, and services of its compose file: what they do is written there. */
function buildsPlainly(argv: readonly string[], named: number): boolean {
  const begin = argv.slice(0, named).join(' ');
  const rest = ` ${argv.slice(named).join(' ')}`;
  if (argv.some((word) => word.includes(' '))) return false;
  if (/^(?:docker|podman) build\b/.test(begin)) return BUILD.test(` ${argv.slice(2).join(' ')}`);
  return (
    /^docker(?:-| )compose (?:up|build|start|stop|restart)\b/.test(begin) && SERVICES.test(rest)
  );
}

const BUILD =
  /^(?: -q| --(?:no-cache|pull|quiet)| (?:-t|--tag|--target|--platform|--progress)[ =][\w][\w.:/-]*| -f (?:\w[\w/-]*\/)?(?:[\w-]+\.)?Dockerfile(?:\.[\w-]+)?)* \.$/;
const SERVICES =
  /^(?: -[dq]| --(?:detach|build|no-build|no-cache|wait|no-deps|no-start|remove-orphans|force-recreate|quiet)| \w[\w.-]*)*$/;

const DOCKER: readonly string[] = [
  ...['ps', 'images', 'logs', 'inspect', 'version', 'info', 'stats', 'top', 'port', 'history'],
  ...['compose ps', 'compose logs', 'compose images', 'compose top', 'compose port'],
];

const TERRAFORM: readonly string[] = [
  ...['plan', 'show', 'validate', 'version', 'output', 'providers', 'init', 'fmt'],
  ...['state list', 'state show', 'workspace list', 'workspace show'],
];

/** Commands that only look, of programs that otherwise take no more arguments. */
const LOOKING: Readonly<Record<string, readonly string[]>> = {
  docker: DOCKER,
  podman: DOCKER,
  'docker-compose': ['ps', 'logs', 'images', 'top', 'port'],
  kubectl: [
    ...['get', 'describe', 'logs', 'explain', 'version', 'top'],
    ...['rollout status', 'rollout history', 'config view', 'config get-contexts', 'auth can-i'],
  ],
  helm: ['list', 'status', 'history', 'get', 'lint', 'template'],
  systemctl: ['status', 'is-active', 'list-units'],
  brew: ['list', 'info', 'outdated', 'search'],
  apt: ['list', 'show', 'search', 'policy'],
  terraform: TERRAFORM,
  tofu: TERRAFORM,
  unzip: ['-l', '-t', '-v', '-Z'],
};
