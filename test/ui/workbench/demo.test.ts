import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { createSampleWorkspace } from '../../../src/demo/sampleWorkspace.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { waitingCard, webviewPage } from '../../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';

/** A card ignores answers for its first half second. */
const INERT_MS = 600;

describe('the demo session on the workbench', () => {
  let folder: string;
  let workbench: Workbench;
  let chat: Frame;

  before(async () => {
    folder = temporaryFolder();
    await createSampleWorkspace(folder);
    workbench = await openWorkbench({ workspace: folder, env: { COUNTERSIGN_DEMO: '1' } });
    chat = await webviewPage(workbench, 'chat');
  });

  after(async () => {
    await workbench.close();
    removeFolder(folder);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot('demo-failed');
  });

  it('runs by itself: the first request is in the chat, the inbox, a notification and the status bar', async () => {
    await waitingCard(chat, 'node test/brew.test.js').waitFor();
    await workbench.treeItem('node test/brew.test.js').waitFor();
    await workbench.notification('Demo agent wants to run a command').waitFor();
    await workbench.statusBarItem('1 waiting').waitFor();
    await workbench.screenshot('demo-1-first-request');
  });

  it('takes an answer in the chat, and the agent goes on', async () => {
    const waiting = waitingCard(chat, 'node test/brew.test.js');
    await workbench.page.waitForTimeout(INERT_MS);
    await button(waiting, 'Allow once').click();
    await chat.getByText('Allowed once by you').first().waitFor();
    await waitingCard(chat, 'brew.js').waitFor();
    await workbench.screenshot('demo-2-edit');
  });

  it('shows the edit in the diff editor and takes an answer from its title bar', async () => {
    await waitingCard(chat, 'brew.js').getByText('Open diff').click();
    await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await workbench.screenshot('demo-3-diff');
    await workbench.page.waitForTimeout(INERT_MS);
    await workbench.page
      .locator('.editor-actions')
      .getByRole('button', { name: 'Allow Once' })
      .click();
    await workbench.treeItem('127.0.0.1').waitFor();
    assert.match(fs.readFileSync(path.join(folder, 'src/brew.js'), 'utf8'), /matcha/);
  });

  it('takes an answer in the card panel', async () => {
    const cards = await webviewPage(workbench, 'cards');
    const waiting = waitingCard(cards, '127.0.0.1');
    await waiting.scrollIntoViewIfNeeded();
    await workbench.page.waitForTimeout(INERT_MS);
    await workbench.screenshot('demo-4-card-panel');
    await button(waiting, 'Deny').click();
    await workbench.treeItem('add_note').waitFor();
    // The diff editor hid the chat, and VS Code made its page anew.
    chat = await webviewPage(workbench, 'chat');
    await chat.getByText('I did not fetch it').first().waitFor();
  });

  it('shows the whole request before it can be allowed in the inbox', async () => {
    const row = workbench.treeItem('add_note');
    // Takes the keyboard out of the card panel: while it is there, notifications keep quiet.
    await workbench.runCommand('Countersign: Show Inbox');
    await workbench.page.waitForTimeout(INERT_MS);
    await workbench.clickTreeAction(row, /Allow Once/);
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Matcha wants 60 seconds').waitFor();
    await workbench.screenshot('demo-5-dialog');
    await dialog.getByRole('button', { name: 'Allow once' }).click();
    await workbench.statusBarItem('2 waiting').waitFor();
    assert.match(fs.readFileSync(path.join(folder, 'notes.md'), 'utf8'), /Matcha wants/);
  });

  it('tells of two requests with one notification', async () => {
    await workbench.notification('2 requests are waiting: 2 from Demo agent.').waitFor();
    await workbench.screenshot('demo-6-two');
  });

  it('takes an answer with the keyboard in the card panel', async () => {
    const cards = await webviewPage(workbench, 'cards');
    const first = waitingCard(cards, 'green');
    await first.scrollIntoViewIfNeeded();
    await first.focus();
    await workbench.page.waitForTimeout(INERT_MS);
    await workbench.page.keyboard.press('Control+Enter');
    await workbench.statusBarItem('1 waiting').waitFor();
  });

  it('takes an answer in a notification', async () => {
    const cards = await webviewPage(workbench, 'cards');
    await waitingCard(cards, 'oolong').scrollIntoViewIfNeeded();
    await button(waitingCard(cards, 'oolong'), 'Deny').click();
    await chat.getByText('That was it:').waitFor();
    await workbench.screenshot('demo-7-end');
    await chat.getByRole('textbox').fill('[[mcp]] [[command]]');
    await chat.getByRole('textbox').press('Enter');
    await waitingCard(chat, 'add_note').waitFor();
    // The keyboard is in the chat, so there is no notification; the next request finds it elsewhere.
    await workbench.runCommand('Countersign: Show Inbox');
    await workbench.clickTreeAction(workbench.treeItem('add_note'), /Deny/);
    const short = workbench.notification('node test/brew.test.js');
    await short.waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await short.getByRole('button', { name: 'Allow once' }).click();
    await workbench.statusBarItem('waiting').waitFor({ state: 'detached' });
    await workbench.screenshot('demo-8-idle');
  });
});

function button(within: Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true });
}
