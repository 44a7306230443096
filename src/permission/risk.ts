import type { Action } from './action.ts';
import { oneLine } from './cut.ts';
import { isProtected } from './protectedPaths.ts';

/** Why a call deserves a second look. At most one per request: the worst. Numbers that are not known are left out. */
export interface Risk {
  readonly text: string;
  /** The words of the payload to underline. */
  readonly tokens: readonly string[];
}

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

/** A simple command: its words, and whether its output goes into the next one. */
interface Step {
  readonly words: readonly string[];
  readonly piped: boolean;
}

/** Looks at one step at a time, and at the next one for pipes. */
type Check = (step: Step, next: Step | undefined) => Risk | undefined;

/** The worst first. A hint for the eye, never a permission: what is not in this list asks just the same. */
const CHECKS: readonly Check[] = [
  networkScript,
  administrator,
  forcePush,
  (step) => flagged(step, 'rm', /^(?:-[a-zA-Z]*[rR]|--recursive$)/, DELETES),
  gitDelete,
  (step) => flagged(step, 'find', /^-delete$/, DELETES),
  publish,
];

const DELETES = 'Deletes files and folders for good.';

/** One of these must be in a command before it is taken apart. */
const HINT = /\b(?:curl|wget|sudo|doas|push|rm|reset|clean|find|publish)\b/;

/** Nobody reads further, and neither must a hint: what is looked at is bounded. */
const MAX_COMMAND = 100_000;

function commandRisk(command: string): Risk | undefined {
  const text = command.slice(0, MAX_COMMAND);
  if (!HINT.test(text)) return undefined;
  const steps = stepsOf(text);
  for (const check of CHECKS) {
    for (const [index, step] of steps.entries()) {
      const risk = check(step, step.piped ? steps[index + 1] : undefined);
      if (risk) return shown(risk);
    }
  }
  return undefined;
}

/** Hosts and flags are the agent's words: they go through the same door as the rest of the card. */
function shown({ text, tokens }: Risk): Risk {
  return { text: oneLine(text, 200), tokens: tokens.map((token) => oneLine(token, 200)) };
}

/** A rough split that also looks into quotes and substitutions: too many steps only warn too often. */
function stepsOf(command: string): Step[] {
  const pieces = command.split(/(\|\||&&|[|;&\n(){}`])/);
  const steps: Step[] = [];
  for (let i = 0; i < pieces.length; i += 2) {
    const words = (pieces[i] ?? '').split(/[\s'"]+/).filter((word) => word !== '');
    const piped = pieces[i + 1] === '|';
    if (words.length > 0 || piped) steps.push({ words, piped });
  }
  return steps;
}

function networkScript({ words }: Step, next: Step | undefined): Risk | undefined {
  const loader = words.find((word) => word === 'curl' || word === 'wget');
  const runner = next?.words.find((word) => !/^(?:sudo|doas|env|-.*|\w+=.*)$/.test(word));
  if (
    !loader ||
    !runner ||
    !/^(?:\S*\/)?(?:ba|z|da|k|fi)?sh$|^(?:python3?|node|perl|ruby)$/.test(runner)
  )
    return undefined;
  const host = words
    .map((word) => /^https?:\/\/(?:[^/@]*@)?([^/@?#]+)/.exec(word)?.[1])
    .find(Boolean);
  return {
    text: `Runs a script from the network${host ? `: ${host}` : ''}.`,
    tokens: [loader, runner],
  };
}

function administrator({ words }: Step): Risk | undefined {
  const word = words.find((each) => each === 'sudo' || each === 'doas');
  return word ? { text: 'Runs as administrator.', tokens: [word] } : undefined;
}

function forcePush({ words }: Step): Risk | undefined {
  const verb = gitVerb(words);
  if (words[verb] !== 'push') return undefined;
  const flag = words.slice(verb + 1).find((word) => /^(?:--force(?:-.*)?|-f|\+.+)$/.test(word));
  return flag ? { text: 'Rewrites history on a shared branch.', tokens: [flag] } : undefined;
}

function gitDelete({ words }: Step): Risk | undefined {
  const verb = gitVerb(words);
  const flags = { reset: /^--hard$/, clean: /^(?:-[a-zA-Z]*f|--force$)/ };
  const name = words[verb];
  if (name !== 'reset' && name !== 'clean') return undefined;
  const flag = words.slice(verb + 1).find((word) => flags[name].test(word));
  return flag ? { text: DELETES, tokens: [flag] } : undefined;
}

/** Where git's subcommand is, past its own options; -1 without one. */
function gitVerb(words: readonly string[]): number {
  let at = words.indexOf('git');
  if (at < 0) return -1;
  for (at++; words[at]?.startsWith('-'); at++) if (/^-[Cc]$/.test(words[at] ?? '')) at++;
  return at;
}

function publish({ words }: Step): Risk | undefined {
  const tool = words.findIndex((word) => /^(?:npm|pnpm|yarn)$/.test(word));
  return tool >= 0 && words.includes('publish', tool + 1)
    ? { text: 'Publishes to the npm registry.', tokens: ['publish'] }
    : undefined;
}

/** `program` with a flag somewhere after it. */
function flagged({ words }: Step, program: string, flag: RegExp, text: string): Risk | undefined {
  const at = words.findIndex((word) => word === program || word.endsWith(`/${program}`));
  if (at < 0) return undefined;
  const found = words.slice(at + 1).find((word) => flag.test(word));
  return found ? { text, tokens: [found] } : undefined;
}

function outside(path: string, workspaceFolder: string): Risk | undefined {
  const folder = workspaceFolder.replaceAll('\\', '/').replace(/\/+$/, '');
  const file = path.replaceAll('\\', '/');
  if (file === folder || file.startsWith(`${folder}/`)) return undefined;
  return { text: 'Changes files outside the workspace.', tokens: [] };
}
