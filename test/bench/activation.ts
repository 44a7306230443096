import fs from 'node:fs';
import path from 'node:path';
import { removeFolder, temporaryFolder } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { openWorkbench } from '../support/workbench.ts';

/** How long `activate` takes in a real extension host, from the extension's own log. Milliseconds. */
export async function benchActivation(runs = 5): Promise<{ runs: number[]; median: number }> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const state = temporaryFolder();
    const workbench = await openWorkbench({ persistent: state });
    try {
      await waitFor(() => activationTime(state) !== undefined, 'the activation in the log');
      times.push(activationTime(state) ?? Number.NaN);
    } finally {
      await workbench.close();
      removeFolder(state);
    }
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
  return { runs: times, median };
}

function activationTime(folder: string): number | undefined {
  const logs = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(`${path.sep}Countersign.log`));
  for (const log of logs) {
    const match = /Activated in ([\d.]+) ms/.exec(fs.readFileSync(path.join(folder, log), 'utf8'));
    if (match) return Number(match[1]);
  }
  return undefined;
}
