import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import type { AgentLauncher } from '../agents/agent.ts';
import { createAcpLauncher, createLauncher } from '../agents/catalog.ts';
import type { Disposable } from '../base/disposable.ts';
import { safeText } from '../permission/spans.ts';
import { describeError, UserError } from '../protocol/userError.ts';
import { agentsTable } from './agentsTable.ts';
import { type Command, parseCommand, type RunArguments } from './args.ts';
import { auditShow, auditVerify, type Output } from './audit.ts';
import { helpText } from './help.ts';
import { policyCheck } from './policyCheck.ts';
import { type RunIo, runAgent } from './runAgent.ts';
import { EXIT } from './runEnd.ts';
import type { RunStop } from './runStop.ts';
import { journalFolder, type Machine, rulesFile, sampleFolder } from './stateFolder.ts';

/** What the command line has of the world. */
export interface CliIo extends RunIo {
  readonly stderr: Writable;
  readonly machine: Machine;
  readonly cwd: string;
  readonly version: string;
  /** The demo agent's program, an absolute path. */
  readonly demoProgram: string;
  /** Lets signals end the run. */
  listenForSignals(stop: RunStop): Disposable;
}

/** One call of `countersign`. Resolves with the exit code. */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseCommand(argv);
  if (!parsed.ok) {
    const { message, topic } = parsed.error;
    const help = topic === 'main' ? 'countersign help' : `countersign help ${topic}`;
    io.stderr.write(`${safeText(message)}\nSee "${help}".\n`);
    return EXIT.usage;
  }
  try {
    return await execute(parsed.value, io);
  } catch (error) {
    io.stderr.write(`${errorText(error)}\n`);
    return exitCodeOfError(error);
  }
}

async function execute(command: Command, io: CliIo): Promise<number> {
  const output: Output = {
    out: (text) => write(io.stdout, text),
    problem: (text) => void io.stderr.write(text),
  };
  switch (command.kind) {
    case 'help':
      await output.out(helpText(command.topic));
      return EXIT.ok;
    case 'version':
      await output.out(`${io.version}\n`);
      return EXIT.ok;
    case 'agents':
      await output.out(agentsTable(io.machine.env, command.json));
      return EXIT.ok;
    case 'redact': {
      const { redact } = await import('./redact.ts');
      return redact(io.stdin, command.as, output);
    }
    case 'auditVerify':
      return auditVerify(journalOf(command.journal, io), output);
    case 'auditShow':
      return auditShow(journalOf(command.journal, io), command.json, output);
    case 'policyCheck':
      return policyCheck({
        rules: command.rules === undefined ? undefined : path.resolve(io.cwd, command.rules),
        stdin: io.stdin,
        output,
        folder: io.cwd,
        programFolder: path.dirname(io.demoProgram),
      });
    case 'run':
      return executeRun(command, io);
  }
}

/** Resolves when the text is handed to the operating system. Rejects when nobody reads it any more. */
function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

async function executeRun(command: RunArguments, io: CliIo): Promise<number> {
  // First of all: an agent that cannot be gated fails before anything is made or started.
  const launcher = await launcherOf(command, io);
  const cwd = await folderOf(command, io);
  const journal = journalOf(command.journal, io);
  const rules =
    command.rules === undefined ? rulesFile(journal) : path.resolve(io.cwd, command.rules);
  const programFolder = path.dirname(io.demoProgram);
  return runAgent({ ...command, launcher, cwd, journal, rules, programFolder }, io);
}

async function launcherOf({ agent, strict }: RunArguments, io: CliIo): Promise<AgentLauncher> {
  const { demoProgram } = io;
  const isStrict = () => strict;
  if (agent.kind === 'catalog') return createLauncher(agent.id, { demoProgram, isStrict });
  const name = path.basename(agent.command);
  return createAcpLauncher({ id: 'acp', name, ...agent }, isStrict);
}

/** The folder with its real path: agents name it that way when they ask. */
async function folderOf(command: RunArguments, io: CliIo): Promise<string> {
  const isDemo = command.agent.kind === 'catalog' && command.agent.id === 'demo';
  const folder =
    command.cwd === undefined
      ? isDemo
        ? sampleFolder(io.machine)
        : io.cwd
      : path.resolve(io.cwd, command.cwd);
  if (isDemo) await prepareSample(folder, command.cwd === undefined);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return realpath(folder);
  throw new UserError(
    'badArguments',
    `There is no folder "${safeText(folder)}", so nothing was started.`,
    'Choose one that exists with --cwd.',
  );
}

/** The demo agent works in a sample workspace only. One is made in its own folder, or in an empty one. */
async function prepareSample(folder: string, isOwn: boolean): Promise<void> {
  if (isOwn) await mkdir(folder, { recursive: true });
  if (!existsSync(folder) || (!isOwn && (await readdir(folder)).length > 0)) return;
  const { createSampleWorkspace } = await import('../demo/sampleWorkspace.ts');
  await createSampleWorkspace(folder);
}

function journalOf(given: string | undefined, { cwd, machine }: CliIo): string {
  return given === undefined ? journalFolder(machine) : path.resolve(cwd, given);
}

function errorText(error: unknown): string {
  const detail = error instanceof UserError ? error.detail : undefined;
  return [safeText(describeError(error)), detail].filter(Boolean).join('\n');
}

function exitCodeOfError(error: unknown): number {
  const isUsage =
    error instanceof UserError && (error.code === 'agentNotGated' || error.code === 'badArguments');
  return isUsage ? EXIT.usage : EXIT.failed;
}
