import { readFileSync, statSync } from 'node:fs';
import { notGated } from './connectionErrors.ts';
import { findProgram } from './program.ts';

export interface LooseStart {
  /** The agent's name, for the person. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What the agent is given beside the environment of the person's terminal. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Throws for an agent whose arguments or variables are known to switch its asking off, also where a shell script of the
 * person's adds them. Said before anything is started: not every agent tells in its session what it was started with
 * (Copilot 1.0.102 says nothing of `--allow-all-tools`). `terminal` is where programs are looked up.
 */
export function refuseLooseStart(start: LooseStart, terminal: NodeJS.ProcessEnv): void {
  const { args, command, env, name } = start;
  const argument = looseWord([command, ...args]);
  if (argument !== undefined) throw refusal(name, `its arguments hold ${argument}`);
  for (const [variable, value] of Object.entries(env))
    if (isLooseVariable(variable, value))
      throw refusal(name, `its environment holds ${variable}=${value}`);
  const program = findProgram(command, { ...terminal, ...env });
  const word = program === undefined ? undefined : looseScript(program);
  if (word !== undefined) throw refusal(name, `the script ${program} holds ${word}`);
}

/** Options that let calls through, without dashes; `allowAllTools` and `allow_all_tools` are read as `allow-all-tools`. */
const LOOSE_OPTIONS =
  /^(?:yolo|full-auto|autopilot|auto-?approve(?:-.+)?|approve-(?:all|for-me)|allow-all(?:-.+)?|allow-(?:tool|url)s?|allowed-?tools|(?:allow-)?dangerously-.+|skip-permissions|trust-all-tools)$/;

/** Codex reads any of its settings from its arguments. */
const LOOSE_SETTING =
  /^(?:approval_policy\s*=\s*(?!["']?untrusted)|sandbox_mode\s*=\s*["']?danger)/;

/** Options that do with these values. */
const LOOSE_VALUES: Readonly<Record<string, RegExp>> = {
  'approval-mode': /^(?!(?:default|plan)$)/,
  'permission-mode': /^(?!(?:default|plan|manual|ask)$)/,
  'ask-for-approval': /^(?!untrusted$)/,
  a: /^(?:never|on-failure|on-request)$/,
  sandbox: /^danger/,
  s: /^danger/,
  config: LOOSE_SETTING,
  c: LOOSE_SETTING,
};

const ON = /^(?!(?:|0|false|no|off)$)/i;
const LOOSE_VARIABLES: Readonly<Record<string, RegExp>> = {
  COPILOT_ALLOW_ALL: ON,
  COPILOT_ASSISTED_APPROVAL: ON,
  INITIAL_AGENT_MODE: /^agent/,
  LINK_ASSISTANT_AGENT_PERMISSION_MODE: /^(?!ask$)/,
  OPENCODE_PERMISSION: /allow/,
};

/** Right behind them `-y` agrees to a download; else it is `--yolo` of Gemini and Qwen. */
const RUNNERS = /(?:^|[/\\])(?:npx|npm|pnpm|pnpx|yarn|bunx|uvx|pipx)(?:\.(?:cmd|exe))?$/i;

/** The first word that lets calls through. */
function looseWord(words: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (index > 0 && /\s/.test(word)) {
      // A whole command for a shell.
      const inner = looseWord(['', ...wordsOf(word)]);
      if (inner !== undefined) return inner;
    }
    if (word === '-y' && !RUNNERS.test(wordBefore(words, index))) return word;
    if (isLooseOption(word, words[index + 1] ?? '')) return word;
  }
  return undefined;
}

/** The next word to the left that is no option. */
function wordBefore(words: readonly string[], index: number): string {
  return words.slice(0, index).findLast((word) => !word.startsWith('-')) ?? '';
}

function isLooseOption(word: string, next: string): boolean {
  const parts = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(word);
  if (!parts) return false;
  const [, name = '', value] = parts;
  const option = name
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
  if (LOOSE_OPTIONS.test(option)) return value === undefined || ON.test(value);
  const values = Object.hasOwn(LOOSE_VALUES, option) ? LOOSE_VALUES[option] : undefined;
  return values?.test(unquoted(value ?? next)) ?? false;
}

function isLooseVariable(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  return Object.hasOwn(LOOSE_VARIABLES, upper) && LOOSE_VARIABLES[upper]?.test(value) === true;
}

/** Wrappers are short; what is longer is a program of its own. */
const MAX_SCRIPT = 64 * 1024;

/** What lets calls through in a script for a shell; `undefined` also where there is none, or it cannot be read. */
function looseScript(program: string): string | undefined {
  const text = scriptText(program);
  if (text === undefined) return undefined;
  const code = text
    .split('\n')
    .filter((line) => !/^\s*(?:#|@?rem\b|::)/i.test(line))
    .join(' ')
    // A command can go on in the next line.
    .replace(/[\\^]\r?\s/g, ' ');
  const words = wordsOf(code);
  const option = words.find((word, index) => isLooseOption(word, words[index + 1] ?? ''));
  if (option !== undefined) return option;
  return words.find((word) => {
    const [name = '', ...value] = word.replace(/^\$env:/i, '').split('=');
    return value.length > 0 && isLooseVariable(name, unquoted(value.join('=')));
  });
}

function scriptText(program: string): string | undefined {
  try {
    if (statSync(program).size > MAX_SCRIPT) return undefined;
    const text = readFileSync(program, 'utf8');
    const isScript =
      /^#!.*\b(?:ba|da|fi|k|z)?sh\b/.test(text) || /\.(?:cmd|bat|ps1)$/i.test(program);
    return isScript ? text : undefined;
  } catch {
    return undefined;
  }
}

/** As a shell cuts a line, as far as it matters here. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s;&|()"'])+/g) ?? [];
  return words.map(unquoted);
}

function unquoted(text: string): string {
  return text.replace(/^["']|["']$/g, '');
}

function refusal(name: string, what: string): Error {
  const next = 'Take it out there, then start again.';
  return notGated(name, what, next, 'It was not started.');
}
