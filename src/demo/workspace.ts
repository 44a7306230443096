import { execFile } from 'node:child_process';
import { appendFile, readFile, realpath, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

const MAX_OUTPUT = 100_000;

/** The sample workspace as the demo agent may touch it: never outside its folder, also not through a link. */
export class Workspace {
  /** Absolute and without links. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(folder: string): Promise<Workspace> {
    return new Workspace(await realpath(folder));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async read(name: string): Promise<string> {
    return readFile(await this.#inside(name), 'utf8');
  }

  /** Writes a file that exists. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(await this.#inside(name), text);
  }

  /** Adds to the end of a file that exists. */
  async append(name: string, text: string): Promise<void> {
    await appendFile(await this.#inside(name), text);
  }

  /** Runs one of the sample's own programs with Node, without a shell, and returns what it printed. */
  async runNode(name: string, args: readonly string[], signal: AbortSignal): Promise<RunResult> {
    const file = await this.#inside(name);
    // In a desktop VS Code this program is Electron, which is Node only when told so.
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const env = { ...inherited, ELECTRON_RUN_AS_NODE: '1' };
    const options = { cwd: this.folder, env, signal, maxBuffer: MAX_OUTPUT, windowsHide: true };
    return new Promise((resolve) => {
      execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) => {
        resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() });
      });
    });
  }

  async #inside(name: string): Promise<string> {
    const file = await realpath(join(this.folder, name));
    const inside = relative(this.folder, file);
    if (inside === '' || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`))
      throw new Error(`${name} leads out of the sample workspace, so I leave it alone`);
    return file;
  }
}

export interface RunResult {
  readonly ok: boolean;
  readonly output: string;
}
