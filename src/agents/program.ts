import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The absolute path of a program, or `undefined` when there is none. A bare name is looked up in the absolute folders of
 * `env.PATH` only: never in the current folder, where the workspace could have put a program of that name (Windows
 * looks there first). A path must be absolute or start with `~/`.
 */
export function findProgram(
  command: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const { delimiter, isAbsolute } = platform === 'win32' ? path.win32 : path.posix;
  const endings = platform === 'win32' ? windowsEndings(command, env) : [''];
  const candidates = (base: string) => endings.map((ending) => base + ending);
  const expanded = /^~[/\\]/.test(command) ? homedir() + command.slice(1) : command;
  if (/[/\\]/.test(expanded)) {
    return isAbsolute(expanded)
      ? candidates(expanded).find((file) => isProgram(file, platform))
      : undefined;
  }
  if (expanded === '') return undefined;
  return searchPath(env, platform)
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => candidates(`${folder}/${expanded}`))
    .find((file) => isProgram(file, platform));
}

function searchPath(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH');
  return (name && env[name]) ?? '';
}

function windowsEndings(command: string, env: NodeJS.ProcessEnv): string[] {
  const endings = (env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';');
  const hasEnding = endings.includes(path.win32.extname(command).toLowerCase());
  return hasEnding ? [''] : endings;
}

function isProgram(file: string, platform: NodeJS.Platform): boolean {
  try {
    if (platform !== 'win32') accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
