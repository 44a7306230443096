import { isAbsolute, relative } from 'node:path';
import { safeText } from '../permission/spans.ts';
import type { Doors } from '../protocol/asksFor.ts';
import type { DoorView } from '../protocol/chatView.ts';

/**
 * The files as they are shown: relative to the session's folder or to the person's home, else in full, with how much they
 * allow where that is known. None where the agent was started so that they let nothing through.
 */
export function doorViews(
  doors: Doors | undefined,
  cwd: string,
  env: NodeJS.ProcessEnv,
): readonly DoorView[] {
  const files = doors?.strict.kind === 'on' ? [] : (doors?.files ?? []);
  const home = env['HOME'] ?? env['USERPROFILE'];
  return files.map((path) => {
    const inHome = home === undefined ? undefined : below(home, path);
    const label = below(cwd, path) ?? (inHome === undefined ? path : `~/${inHome}`);
    const count = doors?.allowed?.get(path);
    const allowed = count === undefined ? '' : ` (at least ${count} allowed)`;
    return { path, label: safeText(label) + allowed };
  });
}

function below(folder: string, path: string): string | undefined {
  const inside = relative(folder, path);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? undefined : inside;
}
