import { type ChildProcessWithoutNullStreams, spawn as spawnPlain } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import spawn from 'cross-spawn';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/event.ts';
import { settledWithin } from '../base/settledWithin.ts';
import type { UserError } from '../protocol/userError.ts';
import type { AgentExit } from './agent.ts';
import { endWithHost } from './endWithHost.ts';
import { ErrorOutput } from './errorOutput.ts';
import { LineBuffer } from './lineBuffer.ts';
import * as errors from './processErrors.ts';
import { descendants } from './processTree.ts';
import { findProgram } from './program.ts';

export interface ChildOptions {
  /** A name that is looked up in `env.PATH`, or an absolute path. Never handed to a shell. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborting it stops the process. */
  readonly signal: AbortSignal;
  readonly agentName: string;
  /** The longest line on standard output; 16 MiB unless set. */
  readonly maxLineBytes?: number;
  /** From SIGTERM to SIGKILL, in milliseconds; 2000 unless set. */
  readonly graceMs?: number;
  /** What asks the process to end, for an agent that ends its commands only on another signal; SIGTERM unless set. */
  readonly stopSignal?: NodeJS.Signals;
  /** It goes on when its input is closed, so it is ended when the process that started it is killed. Not on Windows. */
  readonly outlivesInput?: boolean;
  /** A line for the output channel, redacted. */
  log(line: string): void;
}

const MAX_LINE = 16 * 1024 * 1024;
const MAX_BACKLOG = 64 * 1024 * 1024;
const GRACE_MS = 2000;
const POLL_MS = 20;
/** How long the pipes may stay open when the group is gone: a process of another group can hold them for ever. */
const DRAIN_MS = 250;
/** An agent that closed its input is given this long to exit by itself, so that its exit code tells why. */
const BROKEN_INPUT_MS = 500;
const isWindows = process.platform === 'win32';

/** An agent's process and all that it started: lines in, lines out, and a certain end. */
export class AgentProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #options: ChildOptions;
  readonly #lines: LineBuffer;
  readonly #line = new Emitter<string>((error) => this.fail(errors.broken(this.#name, error)));
  readonly #stderr: ErrorOutput;
  readonly #closed: Promise<void>;
  readonly #guard: Disposable | undefined;
  readonly #onAbort = () => void this.stop();
  #reading = false;
  #ended = false;
  #error: UserError | undefined;
  #stopping: Promise<void> | undefined;
  #brokenInput: NodeJS.Timeout | undefined;
  /** When SIGTERM was sent to the group, in milliseconds since the epoch. */
  #termSent: number | undefined;

  /** Settles exactly once, when the process and its group are gone and everything that it wrote was read. */
  readonly exited: Promise<AgentExit>;

  /** Resolves when the process runs. Rejects with a {@link UserError} when it cannot be started. */
  static async start(options: ChildOptions): Promise<AgentProcess> {
    if (options.signal.aborted) throw errors.stoppedBefore(options.agentName);
    const child = spawnChild(options);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(errors.notStarted(options, cause)));
    });
    return new AgentProcess(child, options);
  }

  private constructor(child: ChildProcessWithoutNullStreams, options: ChildOptions) {
    this.#child = child;
    this.#options = options;
    this.#lines = new LineBuffer(options.maxLineBytes ?? MAX_LINE);
    this.#stderr = new ErrorOutput((line) => options.log(`${options.agentName}: ${line}`));
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    if (options.outlivesInput && !isWindows && child.pid !== undefined)
      this.#guard = endWithHost(child.pid);
    child.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    child.stdin.on('error', () => this.#inputBroke());
    child.stdout.on('error', (error) => this.fail(errors.broken(this.#name, error)));
    child.stderr.on('error', () => undefined);
    this.exited = this.#watch();
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal.aborted) void this.stop();
  }

  /** One complete line of standard output without its end. Reading starts with the first listener, so none is missed. */
  readonly onLine: Event<string> = (listener) => {
    const subscription = this.#line.event(listener);
    if (!this.#reading) {
      this.#reading = true;
      this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    }
    return subscription;
  };

  /** Bytes that were written and that the agent has not taken yet. */
  get backlog(): number {
    return this.#child.stdin.writableLength;
  }

  /** Sends one line. Throws a `UserError` when the agent's input is closed, or when it has stopped reading. */
  write(line: string): void {
    const { stdin } = this.#child;
    if (this.#ended || this.#stopping !== undefined || this.#brokenInput || !stdin.writable)
      throw this.#error ?? errors.inputClosed(this.#name, this.stderrTail());
    if (this.backlog + line.length > MAX_BACKLOG) {
      const error = errors.notReading(this.#name);
      this.fail(error);
      throw error;
    }
    stdin.write(`${line}\n`);
  }

  /** Says that nothing more will be sent; an agent that is idle then ends by itself. */
  endInput(): void {
    if (this.#child.stdin.writable) this.#child.stdin.end();
  }

  /** The connection is broken: the error becomes that of {@link exited} and the process is stopped. */
  fail(error: UserError): void {
    if (this.#ended) return;
    this.#error ??= error;
    void this.stop();
  }

  /** Ends the whole process group. Nothing that was queued for the agent is sent any more. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** The end of what it wrote to its error output, redacted; at most 8 KiB. */
  stderrTail(): string {
    return this.#stderr.tail();
  }

  get #name(): string {
    return this.#options.agentName;
  }

  #read(chunk: Buffer): void {
    if (this.#error) return;
    const fits = this.#lines.push(chunk, (line) => {
      // A handler can find the connection broken; what follows in the same chunk does not count any more.
      if (!this.#error) this.#line.fire(line);
    });
    if (!fits) this.fail(errors.frameTooLarge(this.#name, this.#options.maxLineBytes ?? MAX_LINE));
  }

  #inputBroke(): void {
    if (this.#ended || this.#stopping !== undefined) return;
    this.#brokenInput ??= setTimeout(
      () => this.fail(errors.inputClosed(this.#name, this.stderrTail())),
      BROKEN_INPUT_MS,
    );
  }

  async #watch(): Promise<AgentExit> {
    const { code, signal } = await this.#leaderExit();
    clearTimeout(this.#brokenInput);
    if (!isWindows) await this.#endGroup();
    this.#guard?.dispose();
    if (!(await settledWithin(this.#closed, DRAIN_MS))) {
      this.#child.stdout.destroy();
      this.#child.stderr.destroy();
      await this.#closed;
    }
    const last = this.#lines.end();
    if (last !== '' && !this.#error) this.#line.fire(last);
    this.#ended = true;
    this.#stderr.end();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#line.dispose();
    return { code, signal, ...(this.#error && { error: this.#error }) };
  }

  #leaderExit(): Promise<Pick<AgentExit, 'code' | 'signal'>> {
    return new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      this.#child.on('error', (cause) => {
        // On Windows a missing program is known only now; a signal that cannot be sent also comes here.
        if (this.#child.exitCode !== null || this.#child.pid === undefined) {
          this.#error ??= errors.notStarted(this.#options, cause);
          resolve({ code: this.#child.exitCode, signal: null });
        }
      });
    });
  }

  async #stop(): Promise<void> {
    if (this.#ended) return;
    // Not `end`: an answer that is still in the queue must not arrive after the stop.
    this.#child.stdin.destroy();
    if (isWindows) {
      await taskkill(this.#child.pid);
    } else {
      this.#terminate();
      if (!(await settledWithin(this.exited, this.#graceLeft()))) await this.#kill();
    }
    await this.exited;
  }

  /** After the leader: what it left behind in its group. */
  async #endGroup(): Promise<void> {
    if (!this.#signalGroup(0)) return;
    this.#terminate();
    while (this.#graceLeft() > 0) {
      if (!this.#signalGroup(0)) return;
      await sleep(POLL_MS);
    }
    this.#signalGroup('SIGKILL');
  }

  /** The agent did not end by itself, so it did not end its commands either: those live in groups of their own. */
  async #kill(): Promise<void> {
    const { pid } = this.#child;
    const below = pid === undefined ? [] : await descendants(pid);
    this.#signalGroup('SIGKILL');
    for (const each of below) signalTo(each, 'SIGKILL');
  }

  #terminate(): void {
    // What outlives the agent gets the usual signal: shells let their background commands ignore SIGINT.
    const signal = this.#termSent === undefined ? this.#options.stopSignal : undefined;
    this.#termSent ??= Date.now();
    this.#signalGroup(signal ?? 'SIGTERM');
  }

  #graceLeft(): number {
    const grace = this.#options.graceMs ?? GRACE_MS;
    return Math.max(0, (this.#termSent ?? Date.now()) + grace - Date.now());
  }

  /** False when there is nobody left to hear it. Signal 0 only asks. */
  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    return pid !== undefined && signalTo(-pid, signal);
  }
}

function signalTo(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function spawnChild(options: ChildOptions): ChildProcessWithoutNullStreams {
  const { args, command, cwd, env } = options;
  const program = findProgram(command, env);
  if (program === undefined) throw errors.notFound(options);
  if (!isFolder(cwd)) throw errors.noFolder(options);
  try {
    return spawn(program, [...args], {
      cwd,
      env,
      // Pipes on all three; a group of its own on POSIX, so that everything in it can be ended together.
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: !isWindows,
      windowsHide: true,
    }) as ChildProcessWithoutNullStreams;
  } catch (cause) {
    throw errors.notStarted(options, cause);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Ends a process and its children. Windows has no groups; the tree is known only while its root lives. */
function taskkill(pid: number | undefined): Promise<void> {
  if (pid === undefined) return Promise.resolve();
  const program = `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\taskkill.exe`;
  return new Promise((resolve) => {
    const killer = spawnPlain(program, ['/pid', String(pid), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    });
    killer.once('error', () => resolve());
    killer.once('exit', () => resolve());
  });
}
