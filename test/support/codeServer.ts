import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { installCodeServer } from './codeServerInstall.ts';
import { cleanEnvironment, writeSettings } from './environment.ts';
import { endWithThisProcess, stopTree } from './processes.ts';

const READY_MS = 60_000;

/** A VS Code server on loopback and how to end it. */
export interface CodeServer {
  readonly port: number;
  readonly origin: string;
  readonly pid: number;
  /** What the server printed so far. */
  log(): string;
  /** Settles when the server has ended, whatever the reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface CodeServerOptions {
  /** Folder for settings, extensions and logs of this server; keep it short, a socket is made in it. */
  readonly root: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the server and so of the extension host; undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Checkouts of extensions that are installed for this server. */
  readonly extensions?: readonly string[];
  /**
   * Lets a URL name an extension and tests to run, as `testsUrl` does. VS Code then shows no
   * notification toasts and no dialogs.
   */
  readonly testDriver?: boolean;
  /** Whether VS Code asks to trust a folder; without it every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** A socket file to listen on instead of a port; only this user can connect to it. */
  readonly socket?: string;
  /** A fixed port keeps the browser's storage for this origin over restarts. */
  readonly port?: number;
}

/** Starts VS Code's server (installed into the cache first if needed) and waits until it listens. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const install = await installCodeServer();
  const port = options.port ?? (await freePort());
  writeSettings(path.join(options.root, 'data'), options.settings);
  fs.writeFileSync(path.join(options.root, 'config.yaml'), 'auth: none\n');
  for (const folder of options.extensions ?? []) linkExtension(options.root, folder);
  const child = spawn(install.node, [install.entry, ...serverArguments(options, port)], {
    env: serverEnvironment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that all of it can be ended at once.
    detached: true,
  });
  endWithThisProcess(child);
  const log = collect(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = () => stopTree(child);
  try {
    await listening(child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, log, ended, stop };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The workbench with a folder opened. */
export function workbenchUrl(server: Pick<CodeServer, 'origin'>, folder: string): string {
  return `${server.origin}/?${new URLSearchParams({ folder })}`;
}

/** A workbench that runs the tests of an extension and then calls window.codeAutomationExit. */
export function testsUrl(
  server: Pick<CodeServer, 'origin' | 'port'>,
  options: { folder: string; extensionDevelopmentPath: string; extensionTestsPath: string },
): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', remote(options.extensionDevelopmentPath)],
    ['extensionTestsPath', remote(options.extensionTestsPath)],
    ['skipWelcome', 'true'],
  ]);
  return `${workbenchUrl(server, options.folder)}&${new URLSearchParams({ payload })}`;
}

function serverArguments(options: CodeServerOptions, port: number): string[] {
  const { root } = options;
  return [
    ...['--config', path.join(root, 'config.yaml')],
    ...['--auth', 'none'],
    ...(options.socket
      ? ['--socket', options.socket, '--socket-mode', '600']
      : ['--bind-addr', `127.0.0.1:${port}`]),
    ...['--user-data-dir', path.join(root, 'data')],
    ...['--extensions-dir', path.join(root, 'extensions')],
    '--disable-telemetry',
    '--disable-update-check',
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    '--disable-getting-started-override',
    '--disable-proxy',
    '--ignore-last-opened',
    // A release build of VS Code looks at such a URL only with this option.
    ...(options.testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

function serverEnvironment(options: CodeServerOptions): NodeJS.ProcessEnv {
  return {
    ...cleanEnvironment(),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    // asExternalUri answers as on a desktop: loopback addresses stay as they are.
    VSCODE_PROXY_URI: '',
    ...options.env,
  };
}

/** A link instead of a copy: the next reload runs what was built last. */
function linkExtension(root: string, folder: string): void {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const { publisher, name, version } = manifest as Record<string, string>;
  const extensions = path.join(root, 'extensions');
  const link = path.join(extensions, `${publisher}.${name}-${version}`);
  fs.mkdirSync(extensions, { recursive: true });
  fs.rmSync(link, { force: true });
  fs.symlinkSync(folder, link, 'dir');
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function listening(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`code-server ${why}\n${log()}`));
    const timer = setTimeout(() => fail(`did not listen within ${READY_MS} ms`), READY_MS);
    const check = () => {
      if (!log().includes('HTTP server listening on')) return;
      clearTimeout(timer);
      child.stdout?.off('data', check);
      resolve();
    };
    child.stdout?.on('data', check);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with exit code ${code}`);
    });
  });
}
