import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CATALOG } from '../../src/agents/catalog.ts';
import { add, type Counts, NONE } from './counts.ts';
import { mocha, testFiles } from './mochaRun.ts';
import { type ParityResult, parityTable, tableIn, withTable } from './parity.ts';
import { ROOT } from './testFolder.ts';

/** Agents spend most of their tests waiting, so one more at a time than there are processors. */
const AT_ONCE = Math.min(4, os.availableParallelism() + 1);
const README = path.join(ROOT, 'README.md');

/**
 * The tests with real agents, several files at a time, and the parity table that they come to. A table that is not the
 * README's counts as a failure, unless `write` puts it there.
 */
export async function runAgents(write: boolean): Promise<Counts> {
  const files = testFiles('test/agents');
  const parity: ParityResult[] = [];
  let total = NONE;
  const work = async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      const run = await mocha([file], { args: ['--timeout', '300000'], printAtEnd: true });
      total = add(total, run);
      parity.push(...run.parity);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const table = parityTable(parityRows(parity), parity);
  process.stdout.write(`\n${table}\n`);
  return add(total, checkReadme(table, write));
}

/** The agents of the catalogue in its order. One that is tested by a stand-in is named so. */
function parityRows(results: readonly ParityResult[]): string[] {
  const tested = new Set(results.map(({ agent }) => agent));
  return CATALOG.map(({ name }) => {
    const standIn = `${name}, stand-in`;
    return tested.has(standIn) ? standIn : name;
  });
}

function checkReadme(table: string, write: boolean): Counts {
  const readme = fs.readFileSync(README, 'utf8');
  if (tableIn(readme) === table) return { ...NONE, passed: 1 };
  if (write) {
    fs.writeFileSync(README, withTable(readme, table));
    process.stdout.write('\nThe table was written to README.md.\n');
    return NONE;
  }
  process.stdout.write('\nREADME.md shows another table: npm run test:agents -- --write\n');
  return { ...NONE, failed: 1 };
}
