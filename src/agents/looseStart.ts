import type { AcpLauncherOptions } from './acp/launcher.ts';
import { notGated } from './connectionErrors.ts';

/**
 * Throws for an agent whose arguments or variables are known to switch its asking off. Said before anything is started: not
 * every agent tells in its session what it was started with.
 */
export function refuseLooseStart({
  args,
  command,
  env = {},
  name,
}: Pick<AcpLauncherOptions, 'args' | 'command' | 'env' | 'name'>): void {
  const argument = looseArgument(command, args);
  if (argument !== undefined) throw refusal(name, `its arguments hold ${argument}`);
  for (const [variable, value] of Object.entries(env))
    if (LOOSE_VARIABLES[variable.toUpperCase()]?.test(value))
      throw refusal(name, `its environment holds ${variable}=${value}`);
}

/** Options that let calls through, as their words without dashes and case: `allowAllTools`, `allow_all_tools` are the same. */
const LOOSE_OPTIONS =
  /^(?:yolo|full-auto|autopilot|auto-?approve(?:-.+)?|approve-(?:all|for-me)|allow-all(?:-.+)?|allow-(?:tool|url)s?|allowed-?tools|(?:allow-)?dangerously-.+|skip-permissions|trust-all-tools|no-ask)$/;

/** Options with these values do. */
const LOOSE_VALUES: Readonly<Record<string, RegExp>> = {
  'approval-mode': /^(?!(?:default|plan)$)/,
  'permission-mode': /^(?!(?:default|plan|manual|ask)$)/,
  'ask-for-approval': /^(?!untrusted$)/,
  'approval-policy': /^(?!untrusted$)/,
  a: /^(?:never|on-failure|on-request)$/,
  sandbox: /^danger/,
  s: /^danger/,
  // Codex reads any of its settings from them.
  config: /^(?:approval_policy\s*=\s*(?!["']?untrusted)|sandbox_mode\s*=\s*["']?danger)/,
  c: /^(?:approval_policy\s*=\s*(?!["']?untrusted)|sandbox_mode\s*=\s*["']?danger)/,
};

const ON = /^(?!(?:|0|false|no|off)$)/i;
const LOOSE_VARIABLES: Readonly<Record<string, RegExp>> = {
  COPILOT_ALLOW_ALL: ON,
  COPILOT_ASSISTED_APPROVAL: ON,
  INITIAL_AGENT_MODE: /^agent/,
  LINK_ASSISTANT_AGENT_PERMISSION_MODE: /^(?!ask$)/,
  OPENCODE_PERMISSION: /allow/,
};

/** For them `-y` agrees to a download, up to the name of the package. */
const RUNNERS = /^(?:npx|npm|pnpm|pnpx|yarn|bunx|uvx|pipx|deno)(?:\.(?:cmd|exe))?$/i;

function looseArgument(command: string, args: readonly string[]): string | undefined {
  const isRunner = RUNNERS.test(command.split(/[/\\]/).at(-1) ?? '');
  const first = isRunner ? args.findIndex((arg) => !arg.startsWith('-')) : 0;
  for (const [index, arg] of args.entries()) {
    if (/\s/.test(arg)) {
      // A whole command for a shell.
      const inner = looseArgument('', arg.split(/\s+/).map(unquoted));
      if (inner !== undefined) return inner;
    }
    if (arg === '-y' && index >= first) return arg;
    if (isLoose(arg, args[index + 1])) return arg;
  }
  return undefined;
}

function isLoose(arg: string, next: string | undefined): boolean {
  const parts = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(arg);
  if (!parts) return false;
  const [, words = '', value] = parts;
  const option = words
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
  if (LOOSE_OPTIONS.test(option)) return value === undefined || ON.test(value);
  const values = Object.hasOwn(LOOSE_VALUES, option) ? LOOSE_VALUES[option] : undefined;
  return values?.test(unquoted(value ?? next ?? '')) ?? false;
}

function unquoted(text: string): string {
  return text.replace(/^["']|["']$/g, '');
}

function refusal(name: string, what: string): Error {
  const next = 'Take it out of the arguments and the environment of this agent, then start again.';
  return notGated(name, what, next, 'It was not started.');
}
