import { err, ok, type Result } from '../../base/result.ts';
import type { Action } from '../action.ts';
import type { FilesPort, MatchContext } from '../match/context.ts';
import { resolvePath } from '../match/paths.ts';
import type { BoundFiles, RuleMatch } from '../rule.ts';
import { safeText } from '../spans.ts';
import { coverOf } from './cover.ts';
import { scriptsIn } from './scripts.ts';

/** The match with the hashes of the scripts that it runs, as they are now. The error is a sentence. */
export async function bindFiles(
  match: RuleMatch,
  action: Action,
  context: MatchContext,
  files: FilesPort,
): Promise<Result<RuleMatch, string>> {
  if (action.tool !== 'execute' || (match.kind !== 'exact' && match.kind !== 'command'))
    return ok(match);
  const scripts = match.kind === 'exact' ? scriptsIn(action.command) : scriptOf(match.tokens);
  if (scripts.length === 0) return ok(match);
  const folder = workingFolder(action, context);
  const bound: Record<string, string> = {};
  for (const script of scripts) {
    const path = folder && resolvePath(script, folder);
    const hash = path && (await files.hash(path));
    if (!path || !hash)
      return err(
        `The script ${safeText(script)} cannot be read, so a rule cannot be bound to what it holds.`,
      );
    bound[path] = hash;
  }
  return ok({ ...match, files: bound });
}

/** Whether the scripts of an exactly allowed call are those that the rule was made for. */
export async function stillBound(
  match: RuleMatch,
  action: Action,
  context: MatchContext,
  files: FilesPort,
): Promise<boolean> {
  if (action.tool !== 'execute' || match.kind !== 'exact') return true;
  const folder = workingFolder(action, context);
  for (const script of scriptsIn(action.command))
    if (!folder || !(await isUnchanged(script, folder, match.files, files))) return false;
  return true;
}

/** `script` as a command names it, in an absolute folder. */
export async function isUnchanged(
  script: string,
  folder: string,
  bound: BoundFiles | undefined,
  files: FilesPort,
): Promise<boolean> {
  const path = resolvePath(script, folder);
  if (!path || !bound || !Object.hasOwn(bound, path)) return false;
  return (await files.hash(path)) === bound[path];
}

/** Where a command runs, absolute; `undefined` when that is not known. */
export function workingFolder(
  action: Extract<Action, { tool: 'execute' }>,
  context: MatchContext,
): string | undefined {
  if (action.cwd === undefined) return undefined;
  return resolvePath(action.cwd, context.workspaceFolder);
}

function scriptOf(tokens: readonly string[]): readonly string[] {
  const words = tokens.map((text) => ({ text, start: 0, end: 0 }));
  const cover = coverOf(words, tokens);
  return cover.kind === 'covered' && cover.script !== undefined ? [cover.script] : [];
}
