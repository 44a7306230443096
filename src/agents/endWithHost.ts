import { spawn } from 'node:child_process';
import type { Disposable } from '../base/disposable.ts';

/** Nothing is ever written to it: its input ends when nobody holds the other end any more. */
const SCRIPT = 'read -r _; kill -s TERM -- "-$1" && sleep 2 && kill -s KILL -- "-$1"';

/**
 * Ends a process group when this process is gone, however it went, for an agent that goes on when its input is closed: it
 * could do nothing more, but it would stay. Dispose it once the group is gone. POSIX only; needs `/bin/sh`.
 */
export function endWithHost(leader: number): Disposable {
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
    // What ends the group of this process must not end it as well.
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return {
    dispose: () => {
      // Before its input ends.
      guard.kill('SIGKILL');
      guard.stdin.destroy();
    },
  };
}
