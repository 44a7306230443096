import assert from 'node:assert/strict';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { createSampleWorkspace } from '../../../src/demo/sampleWorkspace.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { waitingCard, webviewPage } from '../../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';

/** A card ignores answers for its first half second. */
const INERT_MS = 600;
const COMMAND = 'node test/brew.test.js';

/** What was answered, found again in the history. The steps build on each other. */
describe('the history on the workbench', () => {
  let state: string;
  let workbench: Workbench;
  let history: Frame;

  before(async () => {
    state = temporaryFolder();
    const folder = path.join(state, 'sample');
    await createSampleWorkspace(folder);
    workbench = await openWorkbench({
      workspace: folder,
      persistent: state,
      env: { COUNTERSIGN_DEMO: '1' },
    });
  });

  after(async () => {
    await workbench.close();
    removeFolder(state);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot('history-failed');
  });

  const rows = () => history.locator('.cs-table tbody tr:not(.day)');
  const rowOf = (target: string) => rows().filter({ hasText: target }).first();

  it('lists an allowed and a denied request, newest first, with sums', async () => {
    const chat = await webviewPage(workbench, 'chat');
    const command = waitingCard(chat, COMMAND);
    await command.waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await button(command, 'Always allow').click();
    await button(command, 'Save rule and allow').click();
    const edit = waitingCard(chat, 'brew.js');
    await edit.waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await button(edit, 'Deny').click();
    await waitingCard(chat, '127.0.0.1').waitFor();

    await workbench.runCommand('Countersign: Show History');
    history = await webviewPage(workbench, 'history');
    await history.getByText('2 requests').waitFor();
    await rowOf('src/brew.js').waitFor();
    const texts = (await rows().allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    assert.equal(texts.length, 2, texts.join('\n'));
    assert.match(texts[0] ?? '', /src\/brew\.js Denied you/);
    assert.match(texts[1] ?? '', /node test\/brew\.test\.js Always allowed you, made node test/);
    const sums = (await history.locator('.cs-sum').textContent()) ?? '';
    assert.match(sums, /2 in 14 days/);
    assert.match(sums, /2, of which 1 denied/);
    const bars = await history.locator('.cs-bars li i:not(.r)').all();
    const heights = await Promise.all(bars.map((bar) => bar.boundingBox()));
    assert.deepEqual([heights.length, (heights.at(-1)?.height ?? 0) > 40], [14, true]);
  });

  it('finds a request by a part of its text', async () => {
    await history.getByRole('textbox', { name: 'Search history' }).fill('TEST.js');
    await rowOf('brew.js').filter({ hasText: 'Denied' }).waitFor({ state: 'detached' });
    assert.equal(await rows().count(), 1);
    await rowOf(COMMAND).waitFor();
    await history.getByRole('textbox', { name: 'Search history' }).fill('');
    await rowOf('src/brew.js').waitFor();
  });

  it('verifies that nobody changed the record', async () => {
    await history.getByRole('button', { name: 'Verify' }).click();
    await history.getByText(/Chain verified/).waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.screenshot('history-1-light');
  });

  it('leads to the rule that was made, and shows who revoked it', async () => {
    await rowOf(COMMAND).getByRole('button', { name: COMMAND, exact: true }).click();
    const rule = workbench.treeItem(/^node test\/brew\.test\.js.*this workspace/);
    await rule.waitFor();
    await workbench.clickTreeAction(rule, /Revoke Rule/);
    await rule.waitFor({ state: 'detached' });
    // By itself.
    await history.getByText('Rule revoked').waitFor();
    await history.getByLabel('Kind', { exact: true }).selectOption('rule');
    await rowOf('src/brew.js').waitFor({ state: 'detached' });
    assert.match((await rows().first().textContent()) ?? '', /node test\/brew\.test\.js.*you/);
    await history.getByLabel('Kind', { exact: true }).selectOption('');
    await rowOf('src/brew.js').waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Preferences: Toggle between Light/Dark Themes');
    await history.locator('body.vscode-dark').waitFor();
    await workbench.screenshot('history-2-dark');
  });
});

function button(within: Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true });
}
