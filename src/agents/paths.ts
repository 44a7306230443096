import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { SessionRef } from '../permission/request.ts';

/** A directory as an action names it: relative to the workspace folder, `.` for itself, absolute outside it. */
export function actionCwd(directory: string, session: SessionRef): string {
  const folder = resolve(session.cwd, directory);
  const inside = relative(session.workspaceFolder, folder);
  if (inside === '') return '.';
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return folder;
  return inside.replaceAll(sep, '/');
}
