import fs from 'node:fs';
import path from 'node:path';
import { cached } from './cache.ts';
import { run } from './processes.ts';

/** One version of an npm package, as it was measured. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
}

export const CLAUDE_CODE: PinnedPackage = {
  name: '@anthropic-ai/claude-code',
  version: '2.1.329',
};

export const OPENCODE: PinnedPackage = { name: 'opencode-ai', version: '1.18.33' };

const NODE: PinnedPackage = { name: `node-${nodePlatform()}-${process.arch}`, version: '24.21.0' };
/** The oldest that agents from npm run on. */
const NODE_MAJOR = 22;

/** Installs a package from npm into the cache, without running its scripts. Returns the folder that holds it. */
export async function installed({ name, version }: PinnedPackage): Promise<string> {
  const shortName = name.replace(/^@[^/]+\//, '');
  const folder = await cached(`agents/${shortName}-${version}`, async (partial) => {
    fs.writeFileSync(path.join(partial, 'package.json'), '{ "private": true }\n');
    await run(...npm([...NPM_INSTALL, `${name}@${version}`]), { cwd: partial });
  });
  return path.join(folder, 'node_modules', name);
}

/** The program of Claude Code: a native one, in an optional package for each platform. */
export async function claudeProgram(): Promise<string> {
  const folder = await installed(CLAUDE_CODE);
  const libc = isMusl() ? '-musl' : '';
  const native = `${folder}-${process.platform}-${process.arch}${libc}`;
  const program = path.join(native, process.platform === 'win32' ? 'claude.exe' : 'claude');
  if (!fs.existsSync(program))
    throw new Error(`${CLAUDE_CODE.name} has no program for this platform.`);
  return program;
}

/** The program of OpenCode: as Claude Code's. The baseline one runs on every processor of its kind. */
export async function openCodeProgram(): Promise<string> {
  const folder = path.dirname(await installed(OPENCODE));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const file = process.platform === 'win32' ? 'opencode.exe' : 'opencode';
  const libc = isMusl() ? '-musl' : '';
  const programs = [`-baseline${libc}`, libc].map((kind) =>
    path.join(folder, `opencode-${platform}-${process.arch}${kind}`, 'bin', file),
  );
  const program = programs.find((each) => fs.existsSync(each));
  if (program === undefined) throw new Error('OpenCode has no program for this platform.');
  return program;
}

/** A Node that agents from npm run on: this one if it is new enough, else one from npm. */
export async function modernNode(): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  const folder = await installed(NODE);
  return path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

const NPM_INSTALL = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  '--include=optional',
];

/** On Windows npm is a script for a shell, so its program is run with this Node. */
function npm(args: readonly string[]): [string, readonly string[]] {
  if (process.platform !== 'win32') return ['npm', args];
  const program = path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js');
  return [process.execPath, [program, ...args]];
}

function nodePlatform(): string {
  return process.platform === 'win32' ? 'win' : process.platform;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}
