import type { AgentConnection, AgentLauncher, StartOptions } from '../agent.ts';
import { notGated, notResumed } from '../connectionErrors.ts';
import { AgentProcess, type ChildOptions } from '../process.ts';
import { LinkAssistantConnection } from './connection.ts';
import { AGENT } from './frames.ts';

export interface LinkAssistantLauncherOptions {
  /** The program, never handed to a shell. */
  readonly command: string;
  /** The person's own arguments; ours come after them. */
  readonly args?: readonly string[];
}

/** Asks for each call, and speaks one JSON object a line; `--output-format stream-json` would leave the requests out. */
const ARGS: readonly string[] = [
  '--permission-mode',
  'ask',
  '--input-format',
  'stream-json',
  '--compact-json',
];

/** Arguments that let calls through, change what is spoken, or choose a session. */
const LOOSENING =
  /^(?:--(?:no-)?(?:permission|permission-mode|input-format|output-format|json-standard|compact-json|prompt|resume|continue)(?:=|$)|-[pr])/;

/**
 * How long it waits for more from its model's stream. The clock also runs while a person thinks: at its default of two
 * minutes the session is broken after the answer (measured, wait-125s in test/wire/linkAssistant). The longest that a
 * timer of JavaScript takes, 24 days.
 */
const WAIT_FOR_PEOPLE = { LINK_ASSISTANT_AGENT_STREAM_CHUNK_TIMEOUT_MS: String(2 ** 31 - 1) };

/** The first version that was seen to ask; an older one may take `--permission-mode` for nothing and ask nobody. */
const FIRST_VERSION = [0, 26, 0] as const;

/** Starts `agent` of link-assistant in its stream-json: https://github.com/link-assistant/agent. */
export function linkAssistantLauncher(options: LinkAssistantLauncherOptions): AgentLauncher {
  return { ...AGENT, start: (start) => startAgent(options, start) };
}

async function startAgent(
  { args = [], command }: LinkAssistantLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  const loosening = args.find((arg) => LOOSENING.test(arg));
  if (loosening !== undefined)
    throw notGated(
      AGENT.name,
      `its arguments hold ${loosening}`,
      'Take it out of the arguments, then start again.',
    );
  const resuming = resumeArgs(start.resume);
  const child: Omit<ChildOptions, 'args'> = {
    command,
    cwd: start.session.cwd,
    env: { ...withoutPermissions(start.env), ...WAIT_FOR_PEOPLE },
    signal: start.signal,
    agentName: AGENT.name,
    // It ends what it runs on SIGINT only, and does not end by itself while a request waits.
    stopSignal: 'SIGINT',
    outlivesInput: true,
    log: start.log,
  };
  const version = await versionOf({ ...child, args: [...args, '--version'] });
  const process = await AgentProcess.start({ ...child, args: [...args, ...ARGS, ...resuming] });
  return LinkAssistantConnection.open(process, { ...start, version });
}

/**
 * As its help says (bad-mode.ndjson in test/wire/linkAssistant): without `--no-fork` it goes on in a copy under another id.
 * Anything but an id of its own could be read as another argument.
 */
function resumeArgs(id: string | undefined): readonly string[] {
  if (id === undefined) return [];
  if (!/^ses_\w+$/.test(id)) throw notResumed(AGENT.name, 'its id is not one of agent.');
  return ['--resume', id, '--no-fork'];
}

/** Its options can come from variables as well, and so can rules that let calls through. */
function withoutPermissions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^LINK_ASSISTANT_AGENT_PERMISSION/i.test(name)),
  );
}

/** Rejects for a version that may not ask. No model is called and no session is made. */
async function versionOf(options: ChildOptions): Promise<string> {
  const process = await AgentProcess.start(options);
  const lines: string[] = [];
  process.onLine((line) => lines.push(line));
  process.endInput();
  const { error } = await process.exited;
  if (error) throw error;
  const version = /(?<![\d.])\d+\.\d+\.\d+(?![\d.])/.exec(lines.join('\n'))?.[0];
  if (version === undefined || isOlder(version))
    throw notGated(
      AGENT.name,
      version === undefined
        ? 'it does not say which version it is'
        : `version ${version} is older than ${FIRST_VERSION.join('.')}, the first that is known to ask`,
      'Update it, then start again.',
    );
  return version;
}

function isOlder(version: string): boolean {
  const numbers = version.split('.').map(Number);
  for (const [index, first] of FIRST_VERSION.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== first) return number < first;
  }
  return false;
}
