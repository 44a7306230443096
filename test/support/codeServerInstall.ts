import fs from 'node:fs';
import path from 'node:path';
import { cached } from './cache.ts';
import { run } from './processes.ts';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';

/** The program to start with its first argument. */
export interface InstalledCodeServer {
  readonly node: string;
  readonly entry: string;
}

/** code-server runs on Linux and macOS only. */
export const codeServerSupported = process.platform !== 'win32';

/** code-server and the Node it is built for, from npm alone, into the cache folder. */
export async function installCodeServer(): Promise<InstalledCodeServer> {
  if (!codeServerSupported) {
    throw new Error('code-server does not run on Windows. Install Visual Studio Code.');
  }
  const folder = await cached(`vscode-${CODE_SERVER}-node-${NODE}`, install);
  return {
    node: path.join(folder, 'node_modules', nodePackage(), 'bin/node'),
    entry: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}

const nodePackage = () => `node-${process.platform}-${process.arch}`;

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
