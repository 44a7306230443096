import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Folders, type Place } from './folders.ts';

/**
 * The files of its own that can let an agent's calls through in this folder, as far as they exist: absolute paths.
 * `undefined` for an agent whose files nobody looked up. Never rejects.
 */
export async function findDoors(id: string, place: Place): Promise<string[] | undefined> {
  const candidates = Object.hasOwn(DOORS, id) ? DOORS[id] : undefined;
  if (!candidates) return undefined;
  const found = await Promise.all(candidates(new Folders(place)).map(existing));
  return [...new Set(found.flat())];
}

/**
 * Whether these files make our way of being strict count for nothing: Gemini leaves policies of its command line out when an
 * administrator has set some.
 */
export function overrulesStrict(id: string, files: readonly string[] | undefined): boolean {
  const policies = /[/\\](?:gemini-cli|GeminiCli)[/\\]policies[/\\][^/\\]+\.toml$/;
  return id === 'gemini' && files?.some((file) => policies.test(file)) === true;
}

/** A file, or all files of a folder with this ending. */
type Candidate = string | { readonly folder: string; readonly ending: string };

function claude(folders: Folders): Candidate[] {
  const machine = folders.machine('claude-code', 'ClaudeCode', 'C:\\Program Files\\ClaudeCode');
  return [
    folders.project('.claude', 'settings.json'),
    folders.project('.claude', 'settings.local.json'),
    path.join(folders.named('CLAUDE_CONFIG_DIR', '.claude'), 'settings.json'),
    path.join(machine, 'managed-settings.json'),
    { folder: path.join(machine, 'managed-settings.d'), ending: '.json' },
  ];
}

/** Measured with `approvalPolicy: untrusted`: a rule that allows, a hook and a tool that is approved ask nobody. */
function codex(folders: Folders): Candidate[] {
  const places = [
    folders.named('CODEX_HOME', '.codex'),
    folders.project('.codex'),
    folders.machine('codex', 'Codex', 'C:\\ProgramData\\OpenAI\\Codex'),
  ];
  return places.flatMap((folder): Candidate[] => [
    path.join(folder, 'config.toml'),
    path.join(folder, 'hooks.json'),
    { folder: path.join(folder, 'rules'), ending: '.rules' },
  ]);
}

function gemini(folders: Folders): Candidate[] {
  const machine = folders.machine('gemini-cli', 'GeminiCli', 'C:\\ProgramData\\gemini-cli');
  const own = path.join(folders.named('GEMINI_CLI_HOME'), '.gemini');
  return [
    folders.project('.gemini', 'settings.json'),
    path.join(own, 'settings.json'),
    path.join(machine, 'settings.json'),
    ...folders.variable('GEMINI_CLI_SYSTEM_SETTINGS_PATH'),
    { folder: path.join(own, 'policies'), ending: '.toml' },
    { folder: path.join(machine, 'policies'), ending: '.toml' },
  ];
}

function qwen(folders: Folders): Candidate[] {
  const machine = folders.machine('qwen-code', 'QwenCode', 'C:\\ProgramData\\qwen-code');
  return [
    folders.project('.qwen', 'settings.json'),
    path.join(folders.named('QWEN_HOME', '.qwen'), 'settings.json'),
    path.join(machine, 'settings.json'),
    ...folders.variable('QWEN_CODE_SYSTEM_SETTINGS_PATH'),
  ];
}

/** Its rules are set by us; what is left is code of its own that runs inside it. */
function openCode(folders: Folders): Candidate[] {
  const own = path.join(folders.named('XDG_CONFIG_HOME', '.config'), 'opencode');
  return [folders.project('.opencode'), own].flatMap((folder) =>
    ['plugin', 'plugins', 'tool', 'tools'].flatMap((name) =>
      ['.ts', '.js'].map((ending) => ({ folder: path.join(folder, name), ending })),
    ),
  );
}

function copilot(folders: Folders): Candidate[] {
  const own = folders.named('COPILOT_HOME', '.copilot');
  return ['config.json', 'settings.json', 'permissions-config.json'].map((name) =>
    path.join(own, name),
  );
}

const DOORS: Readonly<Record<string, (folders: Folders) => Candidate[]>> = {
  claude,
  'claude-acp': claude,
  codex,
  'codex-acp': codex,
  copilot,
  demo: () => [],
  gemini,
  opencode: openCode,
  'opencode-acp': openCode,
  qwen,
};

async function existing(candidate: Candidate): Promise<string[]> {
  if (typeof candidate === 'string') {
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    );
    return isThere ? [candidate] : [];
  }
  const names = await readdir(candidate.folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(candidate.ending))
    .sort()
    .map((name) => path.join(candidate.folder, name));
}
