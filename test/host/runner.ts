import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { HOST_GREP, HOST_RESULTS, type HostResult } from '../support/hostRun.ts';

/** VS Code calls this in its extension host. Resolves when every test passed, else rejects. */
export async function run(): Promise<void> {
  const grep = process.env[HOST_GREP];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    // As for what a browser drives: the window of this host is in one.
    retries: 1,
    reporter: resultReporter(process.env[HOST_RESULTS]),
    ...(grep ? { grep: new RegExp(grep) } : {}),
  });
  const suite = fileURLToPath(new URL('suite/', import.meta.url));
  for (const name of fs.readdirSync(suite).sort()) {
    if (name.endsWith('.test.js')) mocha.addFile(path.join(suite, name));
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}

function resultReporter(file: string | undefined): Mocha.ReporterConstructor {
  const write = (result: HostResult) => {
    if (file) fs.appendFileSync(file, `${JSON.stringify(result)}\n`);
  };
  return class extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, options);
      const retried = new Set<string>();
      runner.on('retry', (test, error: Error) => {
        retried.add(test.fullTitle());
        write({ event: 'retry', title: test.fullTitle(), error: error.stack ?? String(error) });
      });
      runner.on('pass', (test) =>
        write({ event: 'pass', title: test.fullTitle(), milliseconds: test.duration ?? 0 }),
      );
      runner.on('pending', (test) => write({ event: 'pending', title: test.fullTitle() }));
      runner.on('fail', (test, error: Error) => {
        retried.delete(test.fullTitle());
        write({ event: 'fail', title: test.fullTitle(), error: error.stack ?? String(error) });
      });
      runner.once('end', () => {
        const { passes: passed, failures: failed, pending: skipped } = this.stats;
        write({ event: 'end', passed, failed, skipped, retried: retried.size });
      });
    }
  };
}
