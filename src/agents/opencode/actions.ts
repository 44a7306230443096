import { resolve } from 'node:path';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { Action } from '../../permission/action.ts';
import type { SessionRef } from '../../permission/request.ts';
import type { ExistingFile } from '../existingFile.ts';
import { actionCwd } from '../paths.ts';
import type { Ask } from './frames.ts';

/** A request, with what else is known of the call that it is about. */
export interface AskedCall {
  readonly ask: Ask;
  /** The tool and its whole input, when OpenCode has told them; a request itself shows only a part. */
  readonly call: { readonly tool: string; readonly input: JsonObject } | undefined;
  readonly session: SessionRef;
  /** Names of the MCP servers in its settings. */
  readonly mcpServers: readonly string[];
  /** OpenCode does not say what a write replaces. */
  existingFile(path: string): ExistingFile;
}

/** `timeout` only ends a call early; the others are the model's own words, or shape what it is told. */
const COSMETIC: Readonly<Record<string, readonly string[]>> = {
  bash: ['description', 'timeout'],
  webfetch: ['format', 'timeout'],
};

/** Translates a request into common words. What does not fit a known permission stays as it is: `other`. */
export function actionOf(asked: AskedCall): Action {
  const { ask } = asked;
  switch (ask.permission) {
    case 'bash':
      return executeAction(asked) ?? other(asked);
    case 'edit':
      return changeAction(asked) ?? other(asked);
    case 'read':
      return readAction(asked) ?? other(asked);
    case 'webfetch': {
      const { url, ...rest } = ask.metadata;
      if (typeof url !== 'string') return other(asked);
      return { tool: 'fetch', url, ...unclassified('webfetch', rest) };
    }
    default:
      return mcpAction(asked) ?? other(asked);
  }
}

/**
 * Every command is a new shell: a `cd` does not carry over (measured, 1.18.33). It starts in the session's directory, or
 * in `workdir`, which the request does not tell; so without the input of the call the directory is not known.
 */
function executeAction({ ask, call, session }: AskedCall): Action | undefined {
  const command = stringAt(ask.metadata, 'command');
  if (command === undefined) return undefined;
  const { command: _, ...metadata } = ask.metadata;
  const input = call?.tool === 'bash' && call.input['command'] === command ? call.input : undefined;
  const { command: __, workdir, ...rest } = input ?? {};
  const isUsual = workdir === undefined || typeof workdir === 'string';
  return {
    tool: 'execute',
    command,
    ...(input && isUsual && { cwd: actionCwd(workdir ?? '.', session) }),
    ...unclassified('bash', { ...metadata, ...rest, ...(!isUsual && { workdir }) }),
  };
}

/** `write`, `edit` and `apply_patch` all ask for `edit`, with the file and a diff. */
function changeAction(asked: AskedCall): Action | undefined {
  const { ask, call, session } = asked;
  const { diff, files, filepath, ...rest } = ask.metadata;
  // Several files at once have no one diff that a person could read; the whole request is shown.
  if (typeof filepath !== 'string' || Array.isArray(files)) return undefined;
  const path = resolve(session.cwd, filepath);
  const extra = Object.keys(rest).length > 0 ? { unclassified: rest } : {};
  if (call?.tool === 'write') {
    const content = stringAt(call.input, 'content');
    const named = stringAt(call.input, 'filePath');
    if (content !== undefined && named !== undefined && resolve(session.cwd, named) === path)
      return { ...writeAction(path, content, asked), ...extra };
  }
  if (typeof diff !== 'string') return { tool: 'edit', path, change: { kind: 'unseen' }, ...extra };
  return { tool: 'edit', path, change: { kind: 'patch', diff }, ...extra };
}

/** As other agents tell it, so that one rule covers the same write by all: see claude/toolMapping.ts. */
function writeAction(path: string, newText: string, { existingFile }: AskedCall): Action {
  const before = existingFile(path);
  switch (before.kind) {
    case 'none':
      return { tool: 'edit', path, change: { kind: 'write', newText } };
    case 'text': {
      const oldText = before.text;
      return {
        tool: 'edit',
        path,
        change: { kind: 'write', newText, ...(oldText !== '' && { oldText }) },
      };
    }
    case 'unknown':
      return {
        tool: 'edit',
        path,
        change: { kind: 'write', newText },
        widened: { overwrites: 'what is there and cannot be shown' },
      };
  }
}

function readAction({ ask, call, session }: AskedCall): Action | undefined {
  const path = stringAt(ask.metadata, 'filepath') ?? stringAt(call?.input, 'filePath');
  return path === undefined ? undefined : { tool: 'read', path: resolve(session.cwd, path) };
}

/** An MCP call asks under `server_tool`, everything but letters, digits, `_` and `-` replaced, and tells no arguments. */
function mcpAction({ ask, call, mcpServers }: AskedCall): Action | undefined {
  const { permission } = ask;
  const servers = mcpServers.filter((server) => permission.startsWith(`${nameIn(server)}_`));
  const [server] = servers;
  // With several, the same words could be two different calls.
  if (server === undefined || servers.length > 1) return undefined;
  const toolName = permission.slice(nameIn(server).length + 1);
  if (toolName === '') return undefined;
  return call?.tool === permission
    ? { tool: 'mcp', server, toolName, arguments: call.input }
    : { tool: 'mcp', server, toolName, arguments: {}, incomplete: true };
}

function nameIn(server: string): string {
  return server.replace(/[^a-zA-Z0-9_-]/g, '_');
}

/** What has no common words: `external_directory`, `task`, `doom_loop`, a tool of a plugin, several files at once. */
function other({ ask, call }: AskedCall): Action {
  const { metadata, patterns, permission } = ask;
  const isCallItself = call?.tool === permission;
  const input = { patterns, ...metadata, ...(isCallItself && { input: call.input }) };
  // Beside the call it belongs to, a place is asked for with all that there is to it; anything else shows only a part.
  const isWhole = isCallItself || permission === 'external_directory';
  return {
    tool: 'other',
    toolName: permission,
    input,
    ...(!isWhole && { incomplete: true as const }),
  };
}

/** Fields that nobody has named go into the action, so that the call asks rather than slips by. */
function unclassified(tool: string, fields: JsonObject): { unclassified?: JsonObject } {
  const rest = Object.entries(fields).filter(([name]) => !COSMETIC[tool]?.includes(name));
  return rest.length > 0 ? { unclassified: Object.fromEntries(rest) } : {};
}

/** What a card is called before it is known what is in it. */
export function titleOf({ metadata, patterns, permission }: Ask): string {
  const subject = stringAt(metadata, 'command') ?? stringAt(metadata, 'filepath') ?? patterns[0];
  if (permission === 'bash' && subject !== undefined) return subject;
  return subject === undefined ? permission : `${permission} ${subject}`;
}

/** The names in the `mcp` setting. */
export function mcpServersIn(config: unknown): string[] {
  const servers = isJsonObject(config) ? config['mcp'] : undefined;
  return isJsonObject(servers) ? Object.keys(servers) : [];
}
