import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createSampleWorkspace } from '../../../src/demo/sampleWorkspace.ts';
import { isRunning } from '../../support/processes.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { waitFor } from '../../support/waitFor.ts';
import { openWorkbench } from '../../support/workbench.ts';

describe('a window that is reloaded while a request waits', () => {
  it('runs nothing, ends the agent, and has the end on record', async () => {
    const state = temporaryFolder();
    const folder = path.join(state, 'sample');
    await createSampleWorkspace(folder);
    const workbench = await openWorkbench({
      workspace: folder,
      env: { COUNTERSIGN_DEMO: '1' },
      persistent: state,
    });
    try {
      await workbench.treeItem('node test/brew.test.js').waitFor();
      const [before] = await waitForJournal(state, '"raised"');
      const agents = agentProcesses(folder);
      assert.equal(agents.length, 1);
      await workbench.page.reload();
      // The end is written by the window that goes, not by the one that comes.
      await waitFor(
        () => fs.readFileSync(before ?? '', 'utf8').includes('"settled"'),
        'the end on record',
      );
      assert.match(fs.readFileSync(before ?? '', 'utf8'), /"decision":"deny"/);
      await waitFor(() => agents.every((pid) => !isRunning(pid)), 'the end of the agent');
      // The demo starts anew in the new window: its request is another one.
      await workbench.treeItem('node test/brew.test.js').waitFor({ timeout: 60_000 });
      await workbench.screenshot('reload-new-window');
    } finally {
      await workbench.close();
      removeFolder(state);
    }
  });
});

function journalFiles(state: string): string[] {
  return fs
    .readdirSync(state, { recursive: true, encoding: 'utf8' })
    .filter((name) => /journal-[^/\\]*\.ndjson$/.test(name))
    .map((name) => path.join(state, name));
}

async function waitForJournal(state: string, text: string): Promise<string[]> {
  const withText = () =>
    journalFiles(state).filter((file) => fs.readFileSync(file, 'utf8').includes(text));
  await waitFor(() => withText().length > 0, `${text} in the journal`);
  return withText();
}

/** Processes of the demo agent that work in this folder. */
function agentProcesses(folder: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('demoAgent.js') &&
          fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(folder)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
