import { resolve } from 'node:path';
import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { Action, FileChange } from '../../permission/action.ts';
import type { SessionRef } from '../../permission/request.ts';
import type { ExistingFile } from '../existingFile.ts';
import { actionCwd } from '../paths.ts';
import { unwrapped } from './shellWrapper.ts';

/** Where a thread works, and how. */
export interface Place {
  readonly session: SessionRef;
  /** Codex puts commands into a sandbox of its own, unless they ask to leave it. */
  readonly sandboxed: boolean;
  /** Codex does not say what a new file overwrites, so it is looked up. */
  existingFile(path: string): ExistingFile;
}

/** Fields of `CommandExecutionRequestApprovalParams` that are read here, or that change nothing of what is run. */
const COMMAND_FIELDS: readonly string[] = [
  'additionalPermissions',
  'approvalId',
  'availableDecisions',
  'command',
  'commandActions',
  'cwd',
  'environmentId',
  'itemId',
  'kind',
  'networkApprovalContext',
  'proposedExecpolicyAmendment',
  'proposedNetworkPolicyAmendments',
  'reason',
  'startedAtMs',
  'threadId',
  'turnId',
];

/**
 * The action of `item/commandExecution/requestApproval`.
 *
 * Whether a command asks to leave Codex's sandbox is not on the wire. Codex gives a `reason` only for one that does, or
 * that its own rules want looked at, so with a reason the action says so. A model can leave the reason out (measured): a
 * rule for a command therefore means the command with the person's own rights, as it does for agents without a sandbox.
 */
export function commandAction(params: JsonObject, place: Place): Action {
  const kind = stringAt(params, 'kind') ?? 'command';
  const command = stringAt(params, 'command');
  const widened = widenedOf(params, place);
  const rest = { ...widened, ...unclassified(params, COMMAND_FIELDS) };
  // Text typed into a running program, or a kind that nobody knows: the command beside it is not what is asked.
  if (kind !== 'command')
    return { tool: 'other', toolName: kind, input: shown(params), incomplete: true };
  if (command === undefined) {
    const network = params['networkApprovalContext'];
    return isJsonObject(network)
      ? { tool: 'other', toolName: 'network', input: network, ...rest, incomplete: true }
      : { tool: 'other', toolName: 'command', input: shown(params), incomplete: true };
  }
  const cwd = stringAt(params, 'cwd');
  return {
    tool: 'execute',
    command: unwrapped(command),
    ...(cwd !== undefined && { cwd: actionCwd(cwd, place.session) }),
    ...rest,
  };
}

function widenedOf(params: JsonObject, { sandboxed }: Place): { widened?: JsonObject } {
  const { additionalPermissions, environmentId, networkApprovalContext, reason } = params;
  const widened: Record<string, Json> = {};
  if (additionalPermissions) widened['additionalPermissions'] = additionalPermissions;
  if (networkApprovalContext) widened['network'] = networkApprovalContext;
  if (environmentId && environmentId !== 'local') widened['environment'] = environmentId;
  if (sandboxed && reason) widened['sandbox'] = 'Codex may run it outside its sandbox';
  return Object.keys(widened).length > 0 ? { widened } : {};
}

/** Fields of `FileChangeRequestApprovalParams` that are read here, or that change nothing. */
const FILE_FIELDS: readonly string[] = [
  'grantRoot',
  'itemId',
  'reason',
  'startedAtMs',
  'threadId',
  'turnId',
];

/**
 * The action of `item/fileChange/requestApproval`, whose changes are those of the item that was told before. `undefined`
 * changes: nothing was told, so nobody knows what would be written.
 */
export function fileAction(
  params: JsonObject,
  changes: readonly Json[] | undefined,
  place: Place,
): Action {
  const { grantRoot } = params;
  const rest = {
    ...(grantRoot && { widened: { grantRoot } }),
    ...unclassified(params, FILE_FIELDS),
  };
  const action = changes && changeAction(changes, place);
  if (!action)
    return { tool: 'other', toolName: 'apply_patch', input: shown(params), incomplete: true };
  return { ...action, ...rest, ...mergedWidened(action, rest.widened) };
}

/** One file is an edit or a delete; several files stay together, because they are asked for as one. */
function changeAction(changes: readonly Json[], place: Place): Action | undefined {
  const [only] = changes;
  const several: Action = { tool: 'other', toolName: 'apply_patch', input: { changes } };
  if (only === undefined || !changes.every(isChange)) return undefined;
  if (changes.length > 1 || !isChange(only)) return several;
  const path = resolve(place.session.cwd, only.path);
  switch (only.kind.type) {
    case 'add':
      return writeAction(path, only.diff, place);
    case 'delete':
      return { tool: 'delete', path };
    case 'update': {
      const to = only.kind['move_path'];
      if (to === null || to === undefined)
        return { tool: 'edit', path, change: { kind: 'patch', diff: only.diff } };
      // Only a move without a change has words of its own; both names have to be seen by what protects files.
      return typeof to === 'string' && only.diff === ''
        ? { tool: 'move', from: path, to: resolve(place.session.cwd, to) }
        : several;
    }
    default:
      return undefined;
  }
}

/** As other agents tell it: a write is of what is new over what was there, and an empty file is as none. */
function writeAction(path: string, newText: string, place: Place): Action {
  const write = (oldText?: string): FileChange => ({
    kind: 'write',
    newText,
    ...(oldText && { oldText }),
  });
  const before = place.existingFile(path);
  if (before.kind !== 'unknown')
    return { tool: 'edit', path, change: write(before.kind === 'text' ? before.text : undefined) };
  const widened = { overwrites: 'what is there and cannot be shown' };
  return { tool: 'edit', path, change: write(), widened };
}

/** `FileUpdateChange`: the diff of an `add` or a `delete` is the whole content of the file. */
interface Change extends JsonObject {
  readonly path: string;
  readonly diff: string;
  readonly kind: JsonObject & { readonly type: string };
}

function isChange(value: Json): value is Change {
  return (
    stringAt(value, 'path') !== undefined &&
    stringAt(value, 'diff') !== undefined &&
    isJsonObject(value) &&
    stringAt(value['kind'], 'type') !== undefined
  );
}

function mergedWidened(action: Action, widened: JsonObject | undefined): { widened?: JsonObject } {
  const all = { ...action.widened, ...widened };
  return Object.keys(all).length > 0 ? { widened: all } : {};
}

/** Fields that nobody has named: they go into the action, so that the call asks rather than slips by. */
function unclassified(params: JsonObject, read: readonly string[]): { unclassified?: JsonObject } {
  const rest = Object.entries(params).filter(
    ([name, value]) => !read.includes(name) && value !== null,
  );
  return rest.length > 0 ? { unclassified: Object.fromEntries(rest) } : {};
}

const IDS: readonly string[] = ['itemId', 'startedAtMs', 'threadId', 'turnId'];

/** What a person can be shown of a request that has no common words. */
function shown(params: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => !IDS.includes(name) && value !== null),
  );
}
