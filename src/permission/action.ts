import { hash } from 'node:crypto';
import type { JsonObject } from '../base/json.ts';
import { canonicalJson, canonicalWithout } from './canonicalJson.ts';

/**
 * What an agent wants to do, in words that all agents share. Everything in here changes what happens, and so is part of
 * {@link argsHash}: an adapter leaves out only the cosmetic fields it names (a model's description of its own call).
 */
export type Action =
  | ExecuteAction
  | EditAction
  | DeleteAction
  | MoveAction
  | ReadAction
  | FetchAction
  | McpAction
  | OtherAction;

export type ToolKind = Action['tool'];

interface ActionBase {
  /** What makes the call reach further than usual (a sandbox switched off, a background run); shown on the card. */
  readonly widened?: JsonObject;
  /** Fields of the agent's input that nobody has classified; they go in so that the call asks rather than slips by. */
  readonly unclassified?: JsonObject;
  /** The agent does not show all that the call does, so no rule can be bound to it: it asks each time. */
  readonly incomplete?: true;
}

export interface ExecuteAction extends ActionBase {
  readonly tool: 'execute';
  readonly command: string;
  /** Relative to the workspace folder (`.` for the folder itself), absolute outside it, absent when not known. */
  readonly cwd?: string;
}

export interface EditAction extends ActionBase {
  readonly tool: 'edit';
  /** Absolute, as the agent named it but with `.` and `..` resolved. */
  readonly path: string;
  readonly change: FileChange;
}

/** The content of an edit: an exact rule means exactly this change. */
export type FileChange =
  | {
      readonly kind: 'replace';
      readonly oldText: string;
      readonly newText: string;
      readonly all: boolean;
    }
  /** The whole file is written; `oldText` is there when the agent told what it replaces. */
  | { readonly kind: 'write'; readonly newText: string; readonly oldText?: string }
  | { readonly kind: 'patch'; readonly diff: string }
  /** The agent names the file but not the change. */
  | { readonly kind: 'unseen' };

export interface DeleteAction extends ActionBase {
  readonly tool: 'delete';
  readonly path: string;
}

export interface MoveAction extends ActionBase {
  readonly tool: 'move';
  readonly from: string;
  readonly to: string;
}

export interface ReadAction extends ActionBase {
  readonly tool: 'read';
  readonly path: string;
}

export interface FetchAction extends ActionBase {
  readonly tool: 'fetch';
  readonly url: string;
  readonly method?: string;
}

export interface McpAction extends ActionBase {
  readonly tool: 'mcp';
  readonly server: string;
  readonly toolName: string;
  readonly arguments: JsonObject;
}

export interface OtherAction extends ActionBase {
  readonly tool: 'other';
  /** The agent's own name of the tool. */
  readonly toolName: string;
  readonly input: JsonObject;
}

/**
 * SHA-256, in lower-case hex, of the RFC 8785 form of `{ tool, args }`. Two requests with the same hash ask for the same
 * thing, whichever agent asks. Throws for arguments that JSON cannot carry or that are nested too deeply.
 */
export function argsHash(action: Action): string {
  return hashOf(canonicalAction(action));
}

/** The text that {@link argsHash} hashes. */
export function canonicalAction(action: Action): string {
  return `{"args":${canonicalWithout(action, 'tool')},"tool":${canonicalJson(action.tool)}}`;
}

/** SHA-256 in lower-case hex. */
export function hashOf(text: string): string {
  return hash('sha256', text, 'hex');
}
