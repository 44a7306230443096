// Mocha's spec reporter, which also leaves the totals, and what the contract of agents found, in the file that npm test
// adds up. At the end it names what failed, and what passed on a second try only, one line each.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { inOneLine } from './failure.mjs';

export default class CountReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.COUNTERSIGN_COUNTS;
    if (!file) return;
    const failures = [];
    const retried = new Map();
    runner.on('fail', (test, error) => failures.push(`Failed: ${lineOf(test, error)}`));
    runner.on('retry', (test, error) => {
      retried.set(test.fullTitle(), `Second try: ${lineOf(test, error)}`);
    });
    runner.on('fail', (test) => retried.delete(test.fullTitle()));
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const parity = [];
      runner.suite.eachTest((test) => {
        if (test.parity) parity.push(resultOf(test));
      });
      for (const line of [...retried.values(), ...failures]) process.stdout.write(`${line}\n`);
      const counts = { passed, failed, skipped, retried: retried.size };
      writeFileSync(file, JSON.stringify({ ...counts, parity }));
    });
  }
}

function lineOf(test, error) {
  return `${test.fullTitle()}: ${inOneLine(error)}`;
}

/** A `ParityResult` (parity.ts) of a test that contract.ts has marked. */
function resultOf({ parity: { agent, cell, finding }, state }) {
  const { noSuchThing, note } = finding;
  const passed = noSuchThing ? 'noSuchThing' : 'passed';
  const outcome = state === 'passed' ? passed : (state ?? 'notRun');
  return { agent, cell, outcome, ...(state === 'passed' && note !== undefined && { note }) };
}
