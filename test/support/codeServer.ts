import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { cached } from './cache.ts';
import { endWithThisProcess, run, stopTree } from './processes.ts';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';
const READY_MS = 60_000;

/** A VS Code server on loopback and how to end it. */
export interface CodeServer {
  readonly port: number;
  readonly origin: string;
  readonly pid: number;
  /** What the server printed so far. */
  log(): string;
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
  /** A fixed port keeps the browser's storage for this origin over restarts. */
  readonly port?: number;
}

const QUIET_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
};

/** Starts VS Code's server (installed into the cache first if needed) and waits until it listens. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const install = await installCodeServer();
  const port = options.port ?? (await freePort());
  writeSettings(options);
  for (const folder of options.extensions ?? []) linkExtension(options.root, folder);
  const child = spawn(
    nodeProgram(install),
    [
      path.join(install, 'node_modules/code-server/out/node/entry.js'),
      ...serverArguments(options, port),
    ],
    {
      env: serverEnvironment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that all of it can be ended at once.
      detached: process.platform !== 'win32',
    },
  );
  endWithThisProcess(child);
  const log = collect(child);
  const stop = () => stopTree(child);
  try {
    await listening(child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, log, stop };
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
    ...['--bind-addr', `127.0.0.1:${port}`],
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
  const inherited = Object.entries(process.env).filter(([name]) => !isForeign(name));
  return {
    ...Object.fromEntries(inherited),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    // asExternalUri answers as on a desktop: loopback addresses stay as they are.
    VSCODE_PROXY_URI: '',
    ...options.env,
  };
}

/** Left by a surrounding VS Code terminal, npm or coverage run; each would change what the server does. */
function isForeign(name: string): boolean {
  return /^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_V8_COVERAGE$|INIT_CWD$|PORT$)/i.test(name);
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

function writeSettings({ root, settings }: CodeServerOptions): void {
  const user = path.join(root, 'data/User');
  fs.mkdirSync(user, { recursive: true });
  fs.writeFileSync(
    path.join(user, 'settings.json'),
    JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2),
  );
  fs.writeFileSync(path.join(root, 'config.yaml'), 'auth: none\n');
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

const nodeProgram = (install: string) =>
  path.join(install, 'node_modules', nodePackage(), 'bin/node');

const nodePackage = () => `node-${process.platform}-${process.arch}`;

/** code-server and the Node it is built for, from npm alone. Returns the folder. */
export function installCodeServer(): Promise<string> {
  if (process.platform === 'win32') {
    throw new Error('code-server does not run on Windows. Install Visual Studio Code.');
  }
  return cached(`vscode-${CODE_SERVER}-node-${NODE}`, install);
}

async function install(folder: string): Promise<void> {
  process.stderr.write(`Installing code-server ${CODE_SERVER} from npm (about a minute) …\n`);
  const manifest = {
    private: true,
    dependencies: { 'code-server': CODE_SERVER, [nodePackage()]: NODE },
  };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const node = path.join(folder, 'node_modules', nodePackage());
  const npm = (cwd: string, ...args: string[]) =>
    run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: path.join(folder, cwd),
      env: {
        ...process.env,
        PATH: `${path.join(node, 'bin')}${path.delimiter}${process.env['PATH']}`,
        // Headers for native modules; nothing else is downloaded for them.
        npm_config_nodedir: node,
      },
    });
  const vscode = 'node_modules/code-server/lib/vscode';
  await npm('.', 'install', '--ignore-scripts');
  // Not `npm ci`: the shrinkwrap file inside the package does not match its package.json.
  await npm(vscode, 'install', '--omit=dev', '--ignore-scripts');
  await npm(`${vscode}/extensions`, 'install', '--omit=dev', '--ignore-scripts');
  await buildNativeModules(() =>
    npm(vscode, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog'),
  );
}

async function buildNativeModules(rebuild: () => Promise<void>): Promise<void> {
  try {
    await rebuild();
  } catch {
    process.stderr.write('No C++ compiler: the server works, but writes no log files.\n');
  }
}
