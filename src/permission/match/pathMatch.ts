import picomatch from 'picomatch';
import type { DeleteAction, EditAction, MoveAction, ReadAction } from '../action.ts';
import { isProtected } from '../protectedPaths.ts';
import type { PathMatch, Verdict } from '../rule.ts';
import { allowedBy, asked, deniedBy, reachesFurther } from '../verdict.ts';
import type { FilesPort, MatchContext } from './context.ts';
import { inside, realPlace, resolvePath } from './paths.ts';
import type { PatternRule } from './ruleSet.ts';

export interface PathCall {
  readonly action: EditAction | DeleteAction | ReadAction | MoveAction;
  readonly context: MatchContext;
  /** Those in force. */
  readonly rules: readonly PatternRule<'path'>[];
  readonly files: FilesPort;
}

/**
 * What path patterns say of a call. An allow needs the path as it is named and the place where it really is, both inside
 * the workspace folder; for a deny either is enough.
 */
export async function judgePath({ action, context, rules, files }: PathCall): Promise<Verdict> {
  const folder = resolvePath(context.workspaceFolder, context.workspaceFolder);
  const realFolder = folder && (await realPlace(folder, files));
  if (!folder || !realFolder) return asked(action, 'The workspace folder cannot be found.');
  const placed = await Promise.all(
    usesOf(action).map(async ({ path, tool }): Promise<Place> => {
      const named = resolvePath(path, folder);
      const real = named && (await realPlace(named, files));
      return {
        tool,
        named: named && (inside(named, folder) ?? inside(named, realFolder)),
        real: real && inside(real, realFolder),
        isProtected: real !== undefined && isProtected({ ...DELETED, path: real }),
      };
    }),
  );
  const denying = rules.find(
    (rule) => rule.effect === 'deny' && placed.some((place) => denies(rule.match, place)),
  );
  if (denying) return deniedBy(denying, action);
  const doubt = reachesFurther(action);
  if (doubt) return asked(action, doubt);
  if (action.tool === 'move') return asked(action, 'Moving a file is only allowed one by one.');
  const [place] = placed;
  if (!place?.named) return asked(action, 'The file is outside the workspace folder.');
  if (!place.real) return asked(action, 'A link leads out of the workspace folder.');
  if (place.isProtected && action.tool !== 'read')
    return asked(action, 'A link leads to what decides over permissions, so it always asks.');
  const allowing = rules.find((rule) => rule.effect === 'allow' && allows(rule.match, place));
  return allowing ? allowedBy(allowing, action) : asked(action, 'No rule covers this file.');
}

/** A path as it is named and as it is, relative to the workspace folder; `undefined` outside it. */
interface Place {
  readonly tool: PathMatch['tool'];
  readonly named: string | undefined;
  readonly real: string | undefined;
  readonly isProtected: boolean;
}

/** Any change of a file; which one does not matter for what is protected. */
const DELETED = { tool: 'delete' } as const;

interface Use {
  readonly path: string;
  readonly tool: PathMatch['tool'];
}

function usesOf(action: PathCall['action']): readonly Use[] {
  switch (action.tool) {
    case 'edit':
      return [{ path: action.path, tool: action.change.kind === 'write' ? 'write' : 'edit' }];
    case 'delete':
    case 'read':
      return [{ path: action.path, tool: action.tool }];
    case 'move':
      return [
        { path: action.from, tool: 'delete' },
        { path: action.to, tool: 'write' },
      ];
  }
}

function allows(match: PathMatch, { tool, named, real }: Place): boolean {
  if (match.tool !== tool && !(match.tool === 'write' && tool === 'edit')) return false;
  if (named === undefined || real === undefined) return false;
  // As it is written: on a disk that ignores case another spelling asks, which is safe.
  // What is in a folder, and not the folder itself.
  const glob = match.glob.replace(/^(?:\.\/)+/, '').replace(/\/\*\*$/, '/**/*');
  const matches = picomatch(glob, { dot: false, nonegate: true });
  return matches(named) && matches(real);
}

function denies(match: PathMatch, { tool, named, real }: Place): boolean {
  const changes = tool === 'edit' || tool === 'write' || tool === 'delete';
  if (match.tool === 'read' ? tool !== 'read' : !changes) return false;
  if (match.tool === 'delete' ? tool !== 'delete' : tool === 'delete') return false;
  const glob = match.glob.replace(/^(?:\.\/)+/, '');
  const matches = picomatch(glob, { dot: true, nocase: true, nonegate: true });
  return [named, real].some((path) => path !== undefined && matches(path));
}
