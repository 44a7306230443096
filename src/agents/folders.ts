import { homedir } from 'node:os';
import path from 'node:path';

/** Where an agent works, for its own settings. */
export interface Place {
  readonly cwd: string;
  /** The agent's environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** The folders of one agent's environment: where its own settings lie. */
export class Folders {
  readonly cwd: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor({ cwd, env }: Place) {
    this.cwd = cwd;
    this.#env = env;
  }

  /** The folder that a variable names, or this one of the home folder. */
  named(variable: string, ...inHome: readonly string[]): string {
    return this.#env[variable] || path.join(this.#home, ...inHome);
  }

  /** What a variable names, if anything. */
  variable(name: string): string[] {
    const value = this.#env[name];
    return value ? [path.resolve(this.cwd, value)] : [];
  }

  /** What a variable holds, if anything. */
  value(name: string): string | undefined {
    return this.#env[name] || undefined;
  }

  project(...parts: readonly string[]): string {
    return path.join(this.cwd, ...parts);
  }

  /** This file beside the folder and beside each folder above it, the nearest first. */
  projectAndAbove(...parts: readonly string[]): string[] {
    return this.above.map((folder) => path.join(folder, ...parts));
  }

  /** The folder and each folder above it, the nearest first. */
  get above(): string[] {
    const found = [this.cwd];
    for (;;) {
      const folder = found.at(-1) ?? '';
      const parent = path.dirname(folder);
      if (parent === folder) return found;
      found.push(parent);
    }
  }

  /** The folder for settings of the whole machine, by the name that each system uses. */
  machine(linux: string, mac: string, windows: string): string {
    if (process.platform === 'darwin') return path.join('/Library/Application Support', mac);
    if (process.platform === 'win32') return windows;
    return path.join('/etc', linux);
  }

  get #home(): string {
    return this.#env['HOME'] || this.#env['USERPROFILE'] || homedir();
  }
}
