import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isJsonObject, type JsonObject } from '../../base/json.ts';
import { Folders, type Place } from '../folders.ts';

/** A file, or a text of the environment, where an agent's MCP servers can be written. */
export type ServerSource = SourceFormat &
  ({ readonly file: string } | { readonly text: string | undefined });

interface SourceFormat {
  readonly isToml?: true;
  /** The tables of servers in it, by name. What is not a table makes the source unreadable. */
  servers(root: JsonObject): unknown[];
}

/** Every place that an agent is known to read; none for an agent whose settings nobody looked up. */
export async function serverSources(id: string, place: Place): Promise<ServerSource[]> {
  const find = Object.hasOwn(SOURCES, id) ? SOURCES[id] : undefined;
  if (!find) return [];
  // Agents ask the system where they are, which answers without links.
  const real = await realpath(place.cwd).catch(() => place.cwd);
  const folders = [...new Set([place.cwd, real])].map((cwd) => new Folders({ ...place, cwd }));
  return folders.flatMap(find);
}

/** https://code.claude.com/docs/en/mcp#mcp-installation-scopes */
function claude(folders: Folders): ServerSource[] {
  const machine = folders.machine('claude-code', 'ClaudeCode', 'C:\\Program Files\\ClaudeCode');
  const shared = [
    ...folders.projectAndAbove('.mcp.json'),
    path.join(machine, 'managed-mcp.json'),
  ].map((file) => ({ file, servers: tables('mcpServers') }));
  const own = path.join(folders.named('CLAUDE_CONFIG_DIR'), '.claude.json');
  return [...shared, { file: own, servers: (root) => claudeTables(root, folders.above) }];
}

/** Those of the person, and those kept for this folder or one above it. */
function claudeTables(root: JsonObject, folders: readonly string[]): unknown[] {
  const projects = isJsonObject(root['projects']) ? root['projects'] : {};
  const isAbove = new Set(folders.map(slashed));
  const here = Object.entries(projects).filter(([folder]) => isAbove.has(slashed(folder)));
  const find = tables('mcpServers');
  return [root, ...here.map(([, project]) => project)].flatMap((each) =>
    isJsonObject(each) ? find(each) : [each],
  );
}

function slashed(folder: string): string {
  return folder.replaceAll('\\', '/');
}

function codex(folders: Folders): ServerSource[] {
  return [
    path.join(folders.named('CODEX_HOME', '.codex'), 'config.toml'),
    ...folders.projectAndAbove('.codex', 'config.toml'),
    path.join(folders.machine('codex', 'Codex', 'C:\\ProgramData\\OpenAI\\Codex'), 'config.toml'),
  ].map((file) => ({ file, isToml: true, servers: tables('mcp_servers') }));
}

function gemini(folders: Folders): ServerSource[] {
  const machine = folders.machine('gemini-cli', 'GeminiCli', 'C:\\ProgramData\\gemini-cli');
  return [
    folders.project('.gemini', 'settings.json'),
    path.join(folders.named('GEMINI_CLI_HOME'), '.gemini', 'settings.json'),
    path.join(machine, 'settings.json'),
    path.join(machine, 'system-defaults.json'),
    ...folders.variable('GEMINI_CLI_SYSTEM_SETTINGS_PATH'),
    ...folders.variable('GEMINI_CLI_SYSTEM_DEFAULTS_PATH'),
  ].map((file) => ({ file, servers: tables('mcpServers') }));
}

function qwen(folders: Folders): ServerSource[] {
  const machine = folders.machine('qwen-code', 'QwenCode', 'C:\\ProgramData\\qwen-code');
  return [
    folders.project('.qwen', 'settings.json'),
    path.join(folders.named('QWEN_HOME', '.qwen'), 'settings.json'),
    path.join(machine, 'settings.json'),
    path.join(machine, 'system-defaults.json'),
    ...folders.variable('QWEN_CODE_SYSTEM_SETTINGS_PATH'),
    ...folders.variable('QWEN_CODE_SYSTEM_DEFAULTS_PATH'),
  ].map((file) => ({ file, servers: tables('mcpServers') }));
}

/** https://opencode.ai/docs/config */
function openCode(folders: Folders): ServerSource[] {
  const own = path.join(folders.named('XDG_CONFIG_HOME', '.config'), 'opencode');
  const home = [own, folders.named('OPENCODE_CONFIG_DIR', '.opencode')];
  const machine = folders.machine('opencode', 'opencode', 'C:\\ProgramData\\opencode');
  const names = ['opencode.json', 'opencode.jsonc'];
  const files = [
    ...names.flatMap((name) => folders.projectAndAbove(name)),
    ...names.flatMap((name) => folders.projectAndAbove('.opencode', name)),
    ...[...home, machine].flatMap((folder) => names.map((name) => path.join(folder, name))),
    path.join(own, 'config.json'),
    ...folders.variable('OPENCODE_CONFIG'),
  ];
  const servers = tables('mcp');
  return [
    ...files.map((file) => ({ file, servers })),
    { text: folders.value('OPENCODE_CONFIG_CONTENT'), servers },
  ];
}

function copilot(folders: Folders): ServerSource[] {
  const files = [
    path.join(folders.named('COPILOT_HOME', '.copilot'), 'mcp-config.json'),
    ...folders.projectAndAbove('.mcp.json'),
    ...folders.projectAndAbove('.github', 'mcp.json'),
  ];
  return [
    ...files.map((file) => ({ file, servers: tables('mcpServers') })),
    ...folders
      .projectAndAbove('.vscode', 'mcp.json')
      .map((file) => ({ file, servers: tables('servers') })),
  ];
}

const SOURCES: Readonly<Record<string, (folders: Folders) => ServerSource[]>> = {
  claude,
  'claude-acp': claude,
  codex,
  'codex-acp': codex,
  copilot,
  gemini,
  opencode: openCode,
  'opencode-acp': openCode,
  qwen,
};

/** The table under a key, if it is there. */
function tables(key: string): (root: JsonObject) => unknown[] {
  return (root) => (Object.hasOwn(root, key) ? [root[key]] : []);
}
