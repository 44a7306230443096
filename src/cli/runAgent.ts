import type { Writable } from 'node:stream';
import type { AgentLauncher } from '../agents/agent.ts';
import { agentEnvironment } from '../agents/environment.ts';
import { systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { systemTimers } from '../base/timers.ts';
import { ulidSource } from '../base/ulid.ts';
import { Broker } from '../permission/broker.ts';
import type { SessionRef } from '../permission/request.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { TimeOut } from '../permission/timeOut.ts';
import { notKeptWords, setAsideWords } from '../protocol/ruleWords.ts';
import { titleOf } from '../sessions/title.ts';
import { FileJournal } from '../storage/journal.ts';
import { RulesFile } from '../storage/rules/rulesFile.ts';
import type { RunArguments } from './args.ts';
import { Relay } from './relay.ts';
import { run } from './run.ts';
import { exitCodeOf } from './runEnd.ts';
import { createRunRules } from './runRules.ts';
import { RunStop } from './runStop.ts';
import type { Machine } from './stateFolder.ts';
import { terminalStyle } from './style.ts';
import { Terminal, type TerminalInput } from './terminal.ts';

export interface RunIo {
  readonly stdin: TerminalInput;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly machine: Machine;
  /** A person sits there: standard input and output are a terminal. */
  readonly isTerminal: boolean;
  listenForSignals(stop: RunStop): Disposable;
}

export interface RunAgentOptions
  extends Pick<RunArguments, 'prompt' | 'json' | 'rawInput' | 'timeout'> {
  readonly launcher: AgentLauncher;
  readonly cwd: string;
  /** The folder of the record. */
  readonly journal: string;
  /** The file of the rules. */
  readonly rules: string;
  /** Of the built program. */
  readonly programFolder: string;
}

/** How long a reader that is slow may hold up the end, once the run was stopped, in milliseconds. */
const FLUSH_MS = 2000;

/** Wires one run: record, broker, agent and the surface that fits. Resolves with the exit code. */
export async function runAgent(options: RunAgentOptions, io: RunIo): Promise<number> {
  const newId = ulidSource(systemClock.now);
  const journal = new FileJournal({ folder: options.journal, newId });
  const log = (line: string) => void io.stderr.write(`${line}\n`);
  const rulesFile = new RulesFile(options.rules);
  const { programFolder } = options;
  const { platform } = io.machine;
  const rules = createRunRules(rulesFile, { newId, journal, log, platform, programFolder });
  const broker = new Broker({ clock: systemClock, newId, journal, rules });
  const minutes = options.timeout;
  const limit = new TimeOut({ broker, clock: systemClock, timers: systemTimers, minutes });
  const stop = new RunStop();
  const { launcher, cwd, prompt } = options;
  const session = { key: newId(), title: titleOf(prompt), cwd, workspaceFolder: cwd };
  const surface = surfaceOf(options, io, { broker, rules, stop, session, log });
  const notKept = broker.onDidNotKeepRule(({ rule, cause }) => log(notKeptWords(rule, cause)));
  const signals = io.listenForSignals(stop);
  try {
    await rules.ready();
    for (const problem of rules.problems) log(setAsideWords(problem));
    const env = agentEnvironment(io.machine.env);
    const end = await run({ launcher, broker, session, prompt, env, surface, stop, log });
    if (end.outcome === 'failed' && end.error.detail) log(end.error.detail);
    await flush(surface.flushed(), stop);
    return exitCodeOf(end);
  } finally {
    signals.dispose();
    limit.dispose();
    broker.dispose();
    notKept.dispose();
    rules.dispose();
    rulesFile.dispose();
    await journal.close();
  }
}

interface Parts {
  readonly broker: Broker;
  readonly rules: StoredRules;
  readonly stop: RunStop;
  readonly session: SessionRef;
  log(line: string): void;
}

function surfaceOf(options: RunAgentOptions, io: RunIo, parts: Parts): Terminal | Relay {
  const { stdin, stdout } = io;
  if (options.json || !io.isTerminal)
    return new Relay({ ...parts, stdin, stdout, rawInput: options.rawInput });
  const { NO_COLOR, TERM } = io.machine.env;
  const style = terminalStyle(!NO_COLOR && TERM !== 'dumb');
  return new Terminal({ ...parts, stdin, stdout, clock: systemClock, style });
}

/** All lines are out; but who was stopped does not wait for a reader that does not read. */
async function flush(flushed: Promise<void>, stop: RunStop): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = stop.requested.then(
    () =>
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_MS);
      }),
  );
  await Promise.race([flushed, late]);
  clearTimeout(timer);
}
