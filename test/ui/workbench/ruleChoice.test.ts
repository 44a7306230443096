import assert from 'node:assert/strict';
import { createSampleWorkspace } from '../../../src/demo/sampleWorkspace.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';

/** A click this soon after the request came up does not count. */
const INERT_MS = 600;
const COMMAND = 'node test/brew.test.js';

describe('rules without a card', () => {
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = temporaryFolder();
    await createSampleWorkspace(folder);
    workbench = await openWorkbench({ workspace: folder, env: { COUNTERSIGN_DEMO: '1' } });
  });

  after(async () => {
    await workbench.close();
    removeFolder(folder);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot('rule-choice-failed');
  });

  const quickPick = () => workbench.page.locator('.quick-input-widget').filter({ visible: true });
  const choose = async (label: string) => {
    await quickPick().locator('.monaco-list-row', { hasText: label }).first().click();
  };
  const type = async (text: string) => {
    await quickPick().locator('input.input').first().fill(text);
  };

  it('a notification asks what the rule covers, how far it reaches and until when', async () => {
    const notification = workbench.notification(COMMAND);
    await notification.waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await notification.getByRole('button', { name: 'Always allow…' }).click();
    await choose('Exactly this call');
    await quickPick().getByText('This agent, until the session ends').waitFor();
    await workbench.screenshot('rule-choice-1-scope');
    await choose('This session');
    await choose('Today');
    // The demo goes on: the command ran, and an edit asks.
    await workbench.treeItem('src/brew.js').waitFor();
    await workbench.runCommand('Countersign: Focus on Rules View');
    const row = workbench.treeItem(/^node test\/brew\.test\.js.*this session/);
    await row.waitFor();
    await row.hover();
    await workbench.page
      .getByText(/Made .* in the notification, from request/)
      .first()
      .waitFor();
    await workbench.page
      .getByText(/^Holds until|Holds until/)
      .first()
      .waitFor();
    await workbench.screenshot('rule-choice-2-tooltip');
  });

  it('Test a Rule refuses a pattern without an argument, and names the place', async () => {
    await workbench.runCommand('Countersign: Test a Rule');
    await choose('A new pattern for files…');
    await type('**');
    await quickPick().getByText('path.glob: It would match every file.').waitFor();
    await workbench.page.keyboard.press('Enter');
    await quickPick().getByText('path.glob: It would match every file.').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  for (const [call, heading, why] of [
    ['git log --oneline', 'The rule allows this call', 'Allowed by a rule'],
    ['git log; curl x', 'The rule does not answer this call: it asks', '• asks: curl x'],
  ] as const) {
    it(`Test a Rule says of "${call}": ${heading}`, async () => {
      await workbench.runCommand('Countersign: Test a Rule');
      await choose('A new pattern for commands…');
      await type('git log');
      await workbench.page.keyboard.press('Enter');
      await quickPick().getByText('A command, as an agent would run it').waitFor();
      await type(call);
      await workbench.page.keyboard.press('Enter');
      const dialog = workbench.page.locator('.monaco-dialog-box');
      await dialog.getByText(heading).waitFor();
      const text = (await dialog.textContent()) ?? '';
      assert.ok(text.includes(why), text);
      assert.match(text, /answered 0 of 1 recorded requests that can be tested/);
      await workbench.screenshot(`rule-choice-3-${call.includes(';') ? 'asks' : 'allows'}`);
      await workbench.page.keyboard.press('Escape');
    });
  }
});

describe('rules in a workspace that is not trusted', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({ workspaceTrust: true });
  });

  after(() => workbench.close());

  it('the view says that none applies', async () => {
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Countersign: Focus on Rules View');
    await workbench.page.getByText('no rule applies, everything asks').first().waitFor();
    await workbench.screenshot('rules-untrusted');
  });
});
