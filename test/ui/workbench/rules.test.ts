import assert from 'node:assert/strict';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { createSampleWorkspace } from '../../../src/demo/sampleWorkspace.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { waitingCard } from '../../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';

/** A card ignores answers for its first half second. */
const INERT_MS = 600;
const COMMAND = 'node test/brew.test.js';

/** One rule, from the click that makes it to the one that revokes it. The steps build on each other. */
describe('a rule on the workbench', () => {
  let state: string;
  let workbench: Workbench;

  before(async () => {
    state = temporaryFolder();
    const folder = path.join(state, 'sample');
    await createSampleWorkspace(folder);
    const agentOf = (name: string) => ({
      name,
      command: process.execPath,
      args: [path.join(ROOT, 'dist/demoAgent.js')],
    });
    const agents = { second: agentOf('Second agent'), third: agentOf('Third agent') };
    workbench = await openWorkbench({
      workspace: folder,
      persistent: state,
      env: { COUNTERSIGN_DEMO: '1' },
      settings: { 'countersign.agents': agents },
    });
  });

  after(async () => {
    await workbench.close();
    removeFolder(state);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot('rules-failed');
  });

  /** The newest chat. */
  const chatOf = (agent: string) => frameWith(workbench, `.cs-chat-h:has-text("${agent}")`);
  const ruleRow = () => workbench.treeItem(/^node test\/brew\.test\.js.*this workspace/);
  const showRules = () => workbench.runCommand('Countersign: Focus on Rules View');

  async function promptAgent(name = 'Second agent'): Promise<Frame> {
    await workbench.runCommand('Countersign: Start Session');
    const picker = workbench.page.locator('.quick-input-widget').filter({ visible: true });
    // The list is longer than what is shown of it.
    await picker.locator('input.input').fill(name);
    await picker.locator('.monaco-list-row', { hasText: name }).click();
    const chat = await chatOf(name);
    await chat.getByRole('textbox').fill('[[command]]');
    await chat.getByRole('button', { name: 'Send' }).click();
    return chat;
  }

  it('is made on the card of one agent, for this workspace and exactly this call', async () => {
    await workbench.treeItem(COMMAND).waitFor();
    const chat = await chatOf('Demo agent');
    const waiting = waitingCard(chat, COMMAND);
    await waiting.waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await button(waiting, 'Always allow').click();
    await button(waiting, 'Save rule and allow').waitFor();
    await waiting.scrollIntoViewIfNeeded();
    await workbench.screenshot('rules-1-form');
    await button(waiting, 'Save rule and allow').click();
    await chat.getByText('Always allowed by you in this workspace').first().waitFor();
  });

  it('answers another agent, whose chat says so', async () => {
    const chat = await promptAgent();
    const row = chat.locator('.cs-tool', { hasText: 'allowed by rule' });
    await row.waitFor();
    await chat.getByText('tests passed').first().waitFor();
    assert.equal(await chat.locator('.cs-card').count(), 0);
    await workbench.screenshot('rules-2-answered');
  });

  it('is listed, with its use, and its link in the chat leads there', async () => {
    const chat = await chatOf('Second agent');
    await chat.locator('.cs-tool').getByRole('button', { name: COMMAND, exact: true }).click();
    await ruleRow().waitFor();
    assert.match((await ruleRow().textContent()) ?? '', /1 time/);
    await workbench.screenshot('rules-3-view');
  });

  it('holds after the window is reloaded', async () => {
    await workbench.reload();
    // The demo plays again: its command is answered, and the edit after it asks.
    await workbench.treeItem('src/brew.js').waitFor({ timeout: 60_000 });
    assert.equal(await workbench.statusBarItem('1 waiting').count(), 1);
    await showRules();
    await ruleRow().waitFor();
  });

  it('is revoked with one click, and Undo brings it back', async () => {
    await workbench.clickTreeAction(ruleRow(), /Revoke Rule/);
    const notice = workbench.notification('Revoked: node test/brew.test.js');
    await notice.waitFor();
    await ruleRow().waitFor({ state: 'detached' });
    await workbench.screenshot('rules-4-revoked');
    await notice.getByRole('button', { name: 'Undo' }).click();
    await ruleRow().waitFor();
  });

  it('answers nothing once it is revoked from the palette: the next call asks again', async () => {
    const { page } = workbench;
    await workbench.runCommand('Countersign: Revoke Rule');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: COMMAND }).click();
    await ruleRow().waitFor({ state: 'detached' });
    const chat = await promptAgent();
    const waiting = waitingCard(chat, COMMAND);
    await waiting.waitFor();
    assert.match((await waiting.locator('.cs-facts').textContent()) ?? '', /RuleNone\./);
    await workbench.screenshot('rules-5-asks-again');
  });

  it('answers what another chat asked before, as soon as it is made', async () => {
    const chat = await promptAgent('Third agent');
    const waiting = waitingCard(chat, COMMAND);
    await waiting.waitFor();
    await workbench.statusBarItem('3 waiting').waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await button(waiting, 'Always allow').click();
    await button(waiting, 'Save rule and allow').click();
    // The edit of the demo still waits.
    await workbench.statusBarItem('1 waiting').waitFor();
    await workbench.runCommand('View: Open Previous Editor');
    const earlier = await chatOf('Second agent');
    await earlier.getByText('Allowed by a rule of this workspace').first().waitFor();
    await earlier.locator('.cs-tool', { hasText: 'allowed by rule' }).first().waitFor();
    assert.equal(await waitingCard(earlier, COMMAND).count(), 0);
    await workbench.screenshot('rules-6-answered-what-waited');
  });
});

function button(within: Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true });
}

async function frameWith(workbench: Workbench, selector: string): Promise<Frame> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    for (const frame of workbench.page.frames()) {
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    await workbench.page.waitForTimeout(100);
  }
  throw new Error(`No page shows ${selector}.`);
}
