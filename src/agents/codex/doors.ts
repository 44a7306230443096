import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';

/** Files of Codex that can let calls through without a question. Each is checked in `$CODEX_HOME` and in the project. */
const FILES = ['config.toml', 'hooks.json'];

/**
 * What is asked for, for people. Codex's own settings come first (measured with `approvalPolicy: untrusted`): a rule in
 * `rules/*.rules` that allows, a hook on `permissionRequest`, and a tool that `config.toml` approves ask nobody. The
 * app-server has no switch that leaves them out.
 */
export function asksForWords(codexHome: string, cwd: string, home: string | undefined): string {
  const found = [...doorsIn(codexHome), ...doorsIn(join(cwd, '.codex'))];
  const names = found.map((path) => shownPath(path, cwd, home));
  return names.length === 0
    ? 'commands, changes and MCP tools'
    : `what its own settings do not allow (${names.join(', ')})`;
}

function doorsIn(folder: string): string[] {
  if (!isAbsolute(folder)) return [];
  const files = FILES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  const rules = join(folder, 'rules');
  return hasRules(rules) ? [...files, rules] : files;
}

function hasRules(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.rules'));
  } catch {
    return false;
  }
}

function shownPath(path: string, cwd: string, home: string | undefined): string {
  const inProject = relative(cwd, path);
  if (!inProject.startsWith('..') && !isAbsolute(inProject)) return inProject;
  const inHome = home ? relative(home, path) : '..';
  return inHome.startsWith('..') || isAbsolute(inHome) ? path : join('~', inHome);
}
