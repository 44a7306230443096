import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { claudeProgram } from '../support/agentCache.ts';
import { type ClaudeUnderTest, claudeUnderTest } from '../support/claudeUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { waitingCard, webviewPage } from '../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

/** A card ignores answers for its first half second. */
const INERT_MS = 600;

describe('Claude Code on the workbench', () => {
  let claude: ClaudeUnderTest;
  let workbench: Workbench;

  before(async () => {
    claude = await claudeUnderTest();
    workbench = await openWorkbench({
      workspace: claude.cwd,
      settings: { 'countersign.claude.command': await claudeProgram() },
      env: { ...claude.env },
    });
  });

  after(async () => {
    await workbench.close();
    await claude.dispose();
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot('claude-failed');
  });

  it('is chosen in Start Session, asks, and goes on when it is allowed', async () => {
    const { page } = workbench;
    await workbench.runCommand('Countersign: Start Session');
    // Not the row of Claude Code over ACP.
    await page.locator('.quick-input-list .monaco-list-row[aria-label^="Claude Code,"]').click();
    const chat = await webviewPage(workbench, 'chat');
    await chat.getByText('Asks for:').waitFor();
    await chat.getByRole('textbox').fill(claude.prompt([claude.makeFile('made.txt')]));
    await chat.getByRole('textbox').press('Enter');
    // While the keyboard is in the chat there is no notification for what the chat shows.
    await workbench.runCommand('Countersign: Show Inbox');
    await waitingCard(chat, 'touch made.txt').waitFor();
    await workbench.treeItem('touch made.txt').waitFor();
    await page.waitForTimeout(INERT_MS);
    await workbench.screenshot('claude-1-asks');
    assert.equal(fs.existsSync(path.join(claude.cwd, 'made.txt')), false);
    await waitingCard(chat, 'touch made.txt').getByRole('button', { name: 'Allow once' }).click();
    await waitFor(() => fs.existsSync(path.join(claude.cwd, 'made.txt')), 'the file', 20_000);
    await workbench.screenshot('claude-2-allowed');
  });

  it('does not run what is denied in the inbox', async () => {
    const chat = await webviewPage(workbench, 'chat');
    await chat.getByRole('textbox').fill(claude.prompt([claude.makeFile('denied.txt')]));
    await chat.getByRole('textbox').press('Enter');
    const row = workbench.treeItem('touch denied.txt');
    await row.waitFor();
    await workbench.clickTreeAction(row, /Deny/);
    await chat.getByText('Denied by you').first().waitFor();
    await waitFor(
      () => claude.model.outcomes.some(({ text }) => text.includes('Denied')),
      'the word to the model',
      20_000,
    );
    assert.equal(fs.existsSync(path.join(claude.cwd, 'denied.txt')), false);
  });

  it('asks once for what is always allowed in this session', async () => {
    const chat = await webviewPage(workbench, 'chat');
    const box = chat.getByRole('textbox');
    await box.fill(claude.prompt([claude.makeFile('twice.txt')]));
    await box.press('Enter');
    const first = waitingCard(chat, 'touch twice.txt');
    await first.waitFor();
    await workbench.page.waitForTimeout(INERT_MS);
    await first.getByRole('button', { name: 'Always allow' }).click();
    await first.getByRole('button', { name: 'Save rule and allow' }).click();
    const made = path.join(claude.cwd, 'twice.txt');
    await waitFor(() => fs.existsSync(made), 'the file', 20_000);
    fs.rmSync(made);
    await box.fill(claude.prompt([claude.makeFile('twice.txt')]));
    await box.press('Enter');
    await waitFor(() => fs.existsSync(made), 'the file again, without a question', 20_000);
    await chat.getByText('allowed by rule').waitFor();
    await workbench.screenshot('claude-3-rule');
  });
});
