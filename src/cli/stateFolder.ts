import { homedir } from 'node:os';
import path from 'node:path';

/** The machine as far as folders depend on it. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

export function thisMachine(env: NodeJS.ProcessEnv): Machine {
  return { env, platform: process.platform, home: homedir() };
}

/** Where the command line keeps its record. */
export function journalFolder(machine: Machine): string {
  return path.join(stateFolder(machine), 'journal');
}

/** Where the command line keeps its rules: beside the folder of its record. */
export function rulesFile(journal: string): string {
  return path.join(path.dirname(journal), 'rules.json');
}

/** Where the demo agent works when no folder is named. */
export function sampleFolder(machine: Machine): string {
  return path.join(stateFolder(machine), 'sample');
}

function stateFolder({ env, platform, home }: Machine): string {
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'countersign');
  if (platform === 'darwin')
    return path.join(home, 'Library', 'Application Support', 'countersign');
  // A relative path must be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  const given = env['XDG_STATE_HOME'];
  const state = given && path.isAbsolute(given) ? given : path.join(home, '.local', 'state');
  return path.join(state, 'countersign');
}
