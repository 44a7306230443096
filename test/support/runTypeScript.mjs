import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './dependencies.mjs';
import { whenParentEnds } from './parentWatch.mjs';

/** Runs a TypeScript file of this checkout as this process would: same input and output, signals, exit code. */
export function runTypeScript(file, args) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, file), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  whenParentEnds(() => child.kill('SIGTERM'));
  child.once('exit', (code) => process.exit(code ?? 1));
}
