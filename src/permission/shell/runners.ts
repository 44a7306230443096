import { baseName } from './baseName.ts';
import { reachOf } from './programs.ts';

/** Where the command begins that a runner is told to run (`npx vitest` → 1); `undefined` when it is no runner. */
export function innerCommandAt(argv: readonly string[]): number | undefined {
  const program = baseName(argv[0] ?? '');
  if (ALWAYS.has(program)) return firstOperand(argv, 1);
  const verbs = VERBS[program];
  const verb = verbs && firstOperand(argv, 1);
  if (!verbs || verb === undefined || !verbs.includes(argv[verb] ?? '')) return undefined;
  return firstOperand(argv, verb + 1);
}

/** Why a pattern that ends before `named` says too little of what this program does; a part of a sentence. */
export function runnerDoubt(argv: readonly string[], named: number): string | undefined {
  const program = baseName(argv[0] ?? '');
  const verb = argv[1] ?? '';
  const more = argv.slice(named);
  if (reachOf(program) === 'closed') {
    if (argv.length === 2 && verb === '--version') return undefined;
    if (named >= 2 && LOOKING[program]?.includes(verb)) return undefined;
    return `more arguments for "${program}"`;
  }
  const target = named >= 2 && TARGETS.test(program) ? otherTarget(argv, named) : undefined;
  if (target !== undefined) return `"${target}"`;
  const depth = NEEDS_VERB[program];
  if (depth === undefined) return undefined;
  if (named < depth || verb.startsWith('-'))
    return `a "${program}" command that the rule does not name`;
  if (RUNS_A_NAME.has(verb) && named < 3) return `a script that the rule does not name`;
  const isChange = CHANGES.has(verb);
  const operand = more.find((word) => !word.startsWith('-') || /^-(?:g|w|-global)/.test(word));
  return isChange && operand !== undefined ? `"${operand}"` : undefined;
}

/** Every word is something to build or run. */
const TARGETS = /^(?:g?make|just|ninja|gradlew?|mvnw?|rake)$/;

function otherTarget(argv: readonly string[], named: number): string | undefined {
  return argv.find(
    (word, index) =>
      index >= named &&
      !/^-|^\d+$|=/.test(word) &&
      !/^(?:--tests|-x|--exclude-task|--console)$/.test(argv[index - 1] ?? ''),
  );
}

/** The first word that is not an option; the end of the command when there is none. */
function firstOperand(argv: readonly string[], from: number): number {
  const at = argv.findIndex((word, index) => index >= from && !word.startsWith('-'));
  return at < 0 ? argv.length : at;
}

const ALWAYS: ReadonlySet<string> = new Set(['npx', 'pnpx', 'bunx', 'uvx']);

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
};

/** Run what the next word names. */
const RUNS_A_NAME: ReadonlySet<string> = new Set([
  'run',
  'run-script',
  'task',
  'eval',
  'tool',
  'api',
]);

/** Change what is installed, published or configured: options are free, names are not. */
const CHANGES: ReadonlySet<string> = new Set(
  `install i add ci in ins isntall link ln publish unpublish login logout token access owner config set get cache
  dist-tag deprecate update up upgrade remove uninstall rm un unlink rebuild create init generate clean yank patch
  pkg version team profile star alias extension secret auth download sync fix`.split(/\s+/),
);

/** Commands that only look, of programs that otherwise take no more arguments. */
const LOOKING: Readonly<Record<string, readonly string[]>> = {
  docker: ['ps', 'images', 'logs', 'inspect', 'version', 'info', 'stats', 'top', 'port', 'history'],
  podman: ['ps', 'images', 'logs', 'inspect', 'version', 'info', 'stats', 'top', 'port', 'history'],
  kubectl: ['get', 'describe', 'logs', 'explain', 'version', 'top'],
  helm: ['list', 'status', 'history', 'get'],
  systemctl: ['status', 'is-active', 'list-units'],
  brew: ['list', 'info', 'outdated', 'search'],
  apt: ['list', 'show', 'search', 'policy'],
  terraform: ['plan', 'show', 'validate', 'version', 'output', 'providers'],
  tofu: ['plan', 'show', 'validate', 'version', 'output', 'providers'],
  unzip: ['-l', '-t', '-v', '-Z'],
};
