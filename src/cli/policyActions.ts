import path from 'node:path';
import * as v from 'valibot';
import { isJsonObject, type Json, type JsonObject, parseJson, stringAt } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Action, FileChange } from '../permission/action.ts';
import type { MatchContext } from '../permission/match/context.ts';
import { serverHashOf } from './policyRules.ts';

/** One line of `policy check`: an action, where it happens, and rules of its own when it brings them. */
export interface PolicyLine {
  readonly id: Json;
  readonly action: Action;
  /** As in `RequestDraft`. */
  readonly mcpServerHash?: string;
  readonly workspaceFolder: string;
  readonly shell: MatchContext['shell'];
  readonly agentId: string;
  readonly rules?: readonly unknown[];
}

/** A line that cannot be understood; `id` is its own where that can be read. */
export interface BadLine {
  readonly id: Json;
  readonly problem: string;
}

/** Reads a line. `folder` is the workspace of lines that name none; absolute. */
export function parsePolicyLine(text: string, folder: string): Result<PolicyLine, BadLine> {
  const json = parseJson(text);
  const id = idOf(json);
  if (json === undefined) return err({ id, problem: 'The line is not JSON.' });
  const parsed = v.safeParse(Line, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const at = v.getDotPath(issue);
    return err({ id, problem: `${at ? `${at}: ` : ''}${issue.message}.` });
  }
  const line = parsed.output;
  const workspaceFolder = workspaceOf(line, folder);
  return ok({
    id,
    action: { ...actionOf(line, workspaceFolder), ...beyond(line) },
    ...(line.tool === 'mcp' && { mcpServerHash: line.serverHash ?? serverHashOf(line.server) }),
    workspaceFolder,
    shell: shellOf(line.shell),
    agentId: line.agent ?? 'policy',
    ...(line.rules && { rules: line.rules }),
  });
}

/** It comes from `JSON.parse`, so what is in it is JSON. */
const JsonRecord = v.custom<JsonObject>(isJsonObject, 'It is not an object');
const common = {
  id: v.optional(v.unknown()),
  cwd: v.optional(v.string()),
  workspace: v.optional(v.string()),
  shell: v.optional(v.string()),
  agent: v.optional(v.string()),
  rules: v.optional(v.array(v.unknown())),
  widened: v.optional(JsonRecord),
  unclassified: v.optional(JsonRecord),
  env: v.optional(JsonRecord),
  // What a fetch sends, and what a command reads.
  headers: v.optional(v.unknown()),
  body: v.optional(v.unknown()),
  stdin: v.optional(v.unknown()),
  incomplete: v.optional(v.boolean()),
};
const file = v.pipe(v.string(), v.nonEmpty());

const Line = v.variant('tool', [
  v.object({ ...common, tool: v.literal('execute'), command: v.string() }),
  v.object({ ...common, tool: v.literal('edit'), path: file, change: v.optional(JsonRecord) }),
  v.object({ ...common, tool: v.literal('write'), path: file, content: v.optional(v.string()) }),
  v.object({ ...common, tool: v.picklist(['delete', 'read']), path: file }),
  v.object({ ...common, tool: v.literal('move'), from: file, to: file }),
  v.object({
    ...common,
    tool: v.literal('fetch'),
    url: v.string(),
    method: v.optional(v.string()),
  }),
  v.object({
    ...common,
    tool: v.literal('mcp'),
    server: v.string(),
    toolName: v.optional(v.string()),
    name: v.optional(v.string()),
    tool_name: v.optional(v.string()),
    mcpTool: v.optional(v.string()),
    serverHash: v.optional(v.string()),
    arguments: v.optional(JsonRecord),
    args: v.optional(JsonRecord),
    input: v.optional(JsonRecord),
  }),
  v.object({
    ...common,
    tool: v.literal('other'),
    toolName: v.optional(v.string(), ''),
    input: v.optional(JsonRecord, {}),
  }),
]);

type LineValue = v.InferOutput<typeof Line>;

function idOf(json: unknown): Json {
  const id = v.safeParse(v.object({ id: v.union([v.string(), v.number()]) }), json);
  return id.success ? id.output.id : null;
}

/** A line that names only its folder works in that folder. */
function workspaceOf({ workspace, cwd }: LineValue, folder: string): string {
  if (workspace !== undefined) return path.resolve(folder, workspace);
  return cwd !== undefined && path.isAbsolute(cwd) ? path.resolve(cwd) : folder;
}

function actionOf(line: LineValue, workspace: string): Action {
  const absolute = (name: string) => path.resolve(workspace, line.cwd ?? '.', name);
  switch (line.tool) {
    case 'execute':
      return {
        tool: 'execute',
        command: line.command,
        cwd: folderIn(workspace, path.resolve(workspace, line.cwd ?? '.')),
      };
    case 'edit':
      return { tool: 'edit', path: absolute(line.path), change: changeOf(line.change) };
    case 'write':
      return {
        tool: 'edit',
        path: absolute(line.path),
        change: { kind: 'write', newText: line.content ?? '' },
      };
    case 'delete':
    case 'read':
      return { tool: line.tool, path: absolute(line.path) };
    case 'move':
      return { tool: 'move', from: absolute(line.from), to: absolute(line.to) };
    case 'fetch':
      return {
        tool: 'fetch',
        url: line.url,
        ...(line.method !== undefined && { method: line.method }),
      };
    case 'mcp':
      return {
        tool: 'mcp',
        server: line.server,
        toolName: line.toolName ?? line.name ?? line.tool_name ?? line.mcpTool ?? '',
        arguments: line.arguments ?? line.args ?? line.input ?? {},
      };
    case 'other':
      return { tool: 'other', toolName: line.toolName, input: line.input };
  }
}

/** An edit whose change the line does not tell stands for any change. */
function changeOf(change: JsonObject | undefined): FileChange {
  if (stringAt(change, 'kind') === 'write')
    return { kind: 'write', newText: stringAt(change, 'newText') ?? '' };
  if (stringAt(change, 'kind') === 'unseen') return { kind: 'unseen' };
  return { kind: 'patch', diff: JSON.stringify(change ?? {}) };
}

type Beyond = Pick<Action, 'widened' | 'unclassified' | 'incomplete'>;

/** What makes the call more than its words: only exact rules of the product cover that, and a policy file has none. */
function beyond(line: LineValue): Beyond {
  const { widened, unclassified, env, incomplete } = line;
  const sent = (['headers', 'body', 'stdin'] as const).filter((name) => hasContent(line[name]));
  const wider = {
    ...widened,
    ...(env && Object.keys(env).length > 0 && { env }),
    ...Object.fromEntries(sent.map((name) => [name, true])),
  };
  return {
    ...(Object.keys(wider).length > 0 && { widened: wider }),
    ...(unclassified && Object.keys(unclassified).length > 0 && { unclassified }),
    ...(incomplete && { incomplete: true as const }),
  };
}

/** As an action names it: relative inside the workspace folder, absolute outside. */
function folderIn(workspace: string, folder: string): string {
  const relative = path.relative(workspace, folder);
  if (relative === '') return '.';
  const isOutside = relative === '..' || relative.startsWith(`..${path.sep}`);
  if (isOutside || path.isAbsolute(relative)) return folder;
  return relative.split(path.sep).join('/');
}

/** Every POSIX shell is read as bash; of one that is not known only exact rules hold, as for cmd. */
function shellOf(name: string | undefined): MatchContext['shell'] {
  if (name === undefined || /^(?:.*\/)?(?:ba|z|da|k|a)?sh$/.test(name)) return 'bash';
  return /^(?:.*[/\\])?(?:pwsh|powershell)(?:\.exe)?$/i.test(name) ? 'powershell' : 'cmd';
}

function hasContent(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
