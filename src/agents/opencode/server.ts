import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { StartOptions } from '../agent.ts';
import { badFrame, stopped } from '../connectionErrors.ts';
import { AgentProcess } from '../process.ts';
import { httpApi, type OpenCodeApi } from './api.ts';
import { AGENT } from './frames.ts';

export interface ServerOptions {
  readonly command: string;
  /** The person's own arguments of `opencode serve`. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly start: Pick<StartOptions, 'session' | 'signal' | 'log'>;
}

/** A server of our own: nobody else knows its password, and it listens on this machine only. */
export interface OpenCodeServer {
  readonly process: AgentProcess;
  readonly api: OpenCodeApi;
}

const LISTENING = /^opencode server listening on (http:\/\/127\.0\.0\.1:\d+)\/?$/;

/** Resolves when it listens. Rejects with a `UserError`; then no process is left behind. */
export async function startServer(options: ServerOptions): Promise<OpenCodeServer> {
  const { args, command, env, start } = options;
  const password = randomBytes(32).toString('base64url');
  const process = await AgentProcess.start({
    command,
    args: ['serve', ...args, '--hostname', '127.0.0.1', '--port', String(await freePort())],
    cwd: start.session.cwd,
    env: { ...env, OPENCODE_SERVER_PASSWORD: password, OPENCODE_SERVER_USERNAME: 'opencode' },
    signal: start.signal,
    agentName: AGENT.name,
    outlivesInput: true,
    log: start.log,
  });
  try {
    const url = await urlOf(process);
    return { process, api: httpApi({ url, password, directory: start.session.cwd }) };
  } catch (error) {
    await process.stop();
    throw error;
  }
}

/**
 * A port that is free now. Port 0 would not do: OpenCode takes it for 4096, and where another OpenCode is just giving that
 * up, connections to ours are reset (measured, 1.18.33).
 */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** It says where it listens on its standard output; other lines there are warnings. */
async function urlOf(process: AgentProcess): Promise<string> {
  let subscription: { dispose(): void } | undefined;
  const said = new Promise<string>((resolve, reject) => {
    subscription = process.onLine((line) => {
      const url = LISTENING.exec(line.trim())?.[1];
      if (url !== undefined) resolve(url);
      else if (/listening on/.test(line))
        reject(badFrame(AGENT.name, 'it listens beyond this machine', line));
    });
  });
  const gone = process.exited.then((exit): never => {
    throw exit.error ?? stopped(AGENT.name, exit, process.stderrTail());
  });
  gone.catch(() => undefined);
  try {
    return await Promise.race([said, gone]);
  } finally {
    subscription?.dispose();
  }
}
