// Mocha's spec reporter, which also leaves the totals, and what the contract of agents found, in the file that npm test
// adds up.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class CountReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.COUNTERSIGN_COUNTS;
    if (!file) return;
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const parity = [];
      runner.suite.eachTest((test) => {
        if (test.parity) parity.push(resultOf(test));
      });
      writeFileSync(file, JSON.stringify({ passed, failed, skipped, parity }));
    });
  }
}

/** A `ParityResult` (parity.ts) of a test that contract.ts has marked. */
function resultOf({ parity: { agent, cell, finding }, state }) {
  const { noSuchThing, note } = finding;
  const passed = noSuchThing ? 'noSuchThing' : 'passed';
  const outcome = state === 'passed' ? passed : (state ?? 'notRun');
  return { agent, cell, outcome, ...(state === 'passed' && note !== undefined && { note }) };
}
