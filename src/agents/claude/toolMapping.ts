import { resolve } from 'node:path';
import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { Action, FileChange } from '../../permission/action.ts';
import type { SessionRef } from '../../permission/request.ts';
import type { ExistingFile } from '../existingFile.ts';
import { actionCwd } from '../paths.ts';
import type { Ask } from './frames.ts';

/** Where a call happens. */
export interface Place {
  readonly session: SessionRef;
  /**
   * False when commands may run in another directory than the session's. `KEEP_DIRECTORY` (launcher.ts) makes every
   * command of the main conversation start there; a worktree or a sub-agent is not bound to it.
   */
  readonly inSessionDirectory: boolean;
  /** Claude Code does not say what a `Write` overwrites, so it is looked up. */
  existingFile(path: string): ExistingFile;
}

/**
 * For each tool: fields that do not change what happens. `timeout` is how long Claude Code waits, at most ten minutes,
 * for a command in the foreground; it can only end the command early, as a person could. A background command outlives
 * the wait, so there it counts (see {@link executeAction}).
 */
const COSMETIC: Readonly<Record<string, readonly string[]>> = {
  Bash: ['description', 'timeout'],
  // Shape what the model is told about the page, not what is fetched.
  WebFetch: ['prompt', 'offset'],
};

/** Translates a tool call into common words. What does not fit a known tool stays as it is: `other`. */
export function actionOf(ask: Pick<Ask, 'toolName' | 'input' | 'mcpServer'>, place: Place): Action {
  const { toolName, input } = ask;
  const mcp = mcpName(ask);
  if (mcp) return { tool: 'mcp', ...mcp, arguments: input };
  switch (toolName) {
    case 'Bash':
      return executeAction(input, place) ?? other(ask);
    case 'Write':
      return writeAction(ask, place) ?? other(ask);
    case 'Edit':
      return editAction(ask, place, 'file_path', EDIT_FIELDS, replaced) ?? other(ask);
    case 'MultiEdit':
      return editAction(ask, place, 'file_path', [], replacedInTurn) ?? other(ask);
    case 'NotebookEdit':
      return editAction(ask, place, 'notebook_path', ['new_source'], cellWritten) ?? other(ask);
    case 'Read':
      return readAction(input, place) ?? other(ask);
    case 'WebFetch': {
      const url = stringAt(input, 'url');
      if (url === undefined) return other(ask);
      return { tool: 'fetch', url, ...unclassified(toolName, input, ['url']) };
    }
    default:
      return other(ask);
  }
}

/** Reach further than the same command without them; `false` is the usual. */
const WIDENING: readonly string[] = ['run_in_background', 'dangerouslyDisableSandbox'];

function executeAction(input: JsonObject, place: Place): Action | undefined {
  const command = stringAt(input, 'command');
  if (command === undefined) return undefined;
  const widens = Object.entries(input).filter(
    ([name, value]) => WIDENING.includes(name) && value !== false,
  );
  const { timeout } = input;
  if (widens.length > 0 && timeout !== undefined) widens.push(['timeout', timeout]);
  return {
    tool: 'execute',
    command,
    ...(place.inSessionDirectory && { cwd: actionCwd('.', place.session) }),
    ...(widens.length > 0 && { widened: Object.fromEntries(widens) }),
    ...unclassified('Bash', input, ['command', ...WIDENING]),
  };
}

const EDIT_FIELDS = ['old_string', 'new_string', 'replace_all'];

function editAction(
  { toolName, input }: Pick<Ask, 'toolName' | 'input'>,
  place: Place,
  pathField: string,
  changeFields: readonly string[],
  changeOf: (input: JsonObject) => FileChange | undefined,
): Action | undefined {
  const path = stringAt(input, pathField);
  const change = changeOf(input);
  if (path === undefined || change === undefined) return undefined;
  return {
    tool: 'edit',
    path: resolve(place.session.cwd, path),
    change,
    ...unclassified(toolName, input, [pathField, ...changeFields]),
  };
}

/**
 * As other agents tell it: a write is of what is new over what was there, and an empty file is as none. What is there but
 * cannot be shown is said.
 */
function writeAction(ask: Pick<Ask, 'toolName' | 'input'>, place: Place): Action | undefined {
  const newText = stringAt(ask.input, 'content');
  if (newText === undefined) return undefined;
  const action = editAction(ask, place, 'file_path', ['content'], () => ({
    kind: 'write',
    newText,
  }));
  if (action?.tool !== 'edit') return undefined;
  const before = place.existingFile(action.path);
  switch (before.kind) {
    case 'none':
      return action;
    case 'text':
      return before.text === ''
        ? action
        : { ...action, change: { kind: 'write', newText, oldText: before.text } };
    case 'unknown':
      return { ...action, widened: { overwrites: 'what is there and cannot be shown' } };
  }
}

function replaced(input: JsonObject): FileChange | undefined {
  const oldText = stringAt(input, 'old_string');
  const newText = stringAt(input, 'new_string');
  const all = input['replace_all'] ?? false;
  if (oldText === undefined || newText === undefined || typeof all !== 'boolean') return undefined;
  return { kind: 'replace', oldText, newText, all };
}

/** Several edits one after another, shown as one. The list itself stays in the action, so that the hash is exact. */
function replacedInTurn(input: JsonObject): FileChange | undefined {
  const { edits } = input;
  if (!Array.isArray(edits)) return undefined;
  const changes = edits.map((edit: Json) => (isJsonObject(edit) ? replaced(edit) : undefined));
  const texts = changes.flatMap((change) => (change?.kind === 'replace' ? [change] : []));
  if (texts.length !== edits.length || texts.length === 0) return undefined;
  return {
    kind: 'replace',
    oldText: texts.map(({ oldText }) => oldText).join('\n'),
    newText: texts.map(({ newText }) => newText).join('\n'),
    all: false,
  };
}

/** The text of a cell. Which cell, and whether it is replaced or inserted, stays in the action beside it. */
function cellWritten(input: JsonObject): FileChange | undefined {
  const newText = stringAt(input, 'new_source');
  return newText === undefined ? undefined : { kind: 'replace', oldText: '', newText, all: false };
}

function readAction(input: JsonObject, place: Place): Action | undefined {
  const path = stringAt(input, 'file_path');
  if (path === undefined) return undefined;
  return {
    tool: 'read',
    path: resolve(place.session.cwd, path),
    ...unclassified('Read', input, ['file_path']),
  };
}

/** `mcp__server__tool`; a server's name can itself hold `__`, so the frame's own word for it counts. */
function mcpName({
  toolName,
  mcpServer,
}: Pick<Ask, 'toolName' | 'mcpServer'>): { server: string; toolName: string } | undefined {
  if (!toolName.startsWith('mcp__')) return undefined;
  const rest = toolName.slice('mcp__'.length);
  if (mcpServer !== undefined) {
    // The name in the tool is the server's with everything but letters, digits, `_` and `-` replaced.
    const written = `${mcpServer.replace(/[^a-zA-Z0-9_-]/g, '_')}__`;
    if (rest.startsWith(written) && rest.length > written.length)
      return { server: mcpServer, toolName: rest.slice(written.length) };
  }
  const parts = rest.split('__');
  // Cut in one place only: with several, the same words could be two different calls.
  const [server, name] = parts;
  return parts.length === 2 && server && name ? { server, toolName: name } : undefined;
}

function other({ toolName, input }: Pick<Ask, 'toolName' | 'input'>): Action {
  return { tool: 'other', toolName, input };
}

/** Fields that nobody has named: they go into the action, so that the call asks rather than slips by. */
function unclassified(
  toolName: string,
  input: JsonObject,
  read: readonly string[],
): { unclassified?: JsonObject } {
  const cosmetic = Object.hasOwn(COSMETIC, toolName) ? COSMETIC[toolName] : undefined;
  const rest = Object.entries(input).filter(
    ([name]) => !read.includes(name) && !cosmetic?.includes(name),
  );
  return rest.length > 0 ? { unclassified: Object.fromEntries(rest) } : {};
}
