import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { claudeProgram } from '../support/agentCache.ts';
import { type ClaudeUnderTest, claudeUnderTest } from '../support/claudeUnderTest.ts';
import { PhoneBrowser, pairOnWorkbench, type TestPhone } from '../support/phoneBrowser.ts';
import { removeFolder, resultFile, temporaryFolder } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { waitingCard, webviewPage } from '../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const ROUNDS = 30;
/** A card ignores answers for its first half second. */
const INERT_MS = 700;

describe('Claude Code, answered on phones', () => {
  let state: string;
  let claude: ClaudeUnderTest;
  let workbench: Workbench;
  let browser: PhoneBrowser;
  let phones: readonly [TestPhone, TestPhone];

  before(async () => {
    state = temporaryFolder();
    claude = await claudeUnderTest();
    browser = await PhoneBrowser.launch();
    phones = [await browser.phone('Pixel 8'), await browser.phone('Pixel 9')];
    workbench = await openWorkbench({
      workspace: claude.cwd,
      persistent: state,
      settings: {
        'countersign.claude.command': await claudeProgram(),
        'countersign.phone.interface': '127.0.0.1',
      },
      env: { ...claude.env },
    });
    for (const phone of phones) await pairOnWorkbench(workbench, phone);
    await workbench.runCommand('Countersign: Start Session');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Claude Code' }).first().click();
  });

  after(async () => {
    await browser.close();
    await workbench.close();
    await claude.dispose();
    removeFolder(state);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) {
      await workbench.screenshot('phone-claude-failed');
      await phones[0].page.screenshot({ path: resultFile('phone-claude-failed-phone.png') });
    }
    assert.deepEqual([...phones[0].complaints, ...phones[1].complaints], []);
  });

  it('runs what is allowed there, and not what is denied there', async () => {
    const [phone] = phones;
    await prompt(step('allowed.txt'), step('denied.txt'));
    await phone.allow('touch allowed.txt');
    await waitFor(() => isMade('allowed.txt'), 'the file', 20_000);
    await phone.card('touch denied.txt').locator('.deny:not([aria-disabled=true])').click();
    await waitFor(() => claude.model.outcomes.length === 2, 'the word to the model', 20_000);
    assert.deepEqual(
      claude.model.outcomes.map(({ isError }) => isError),
      [false, true],
    );
    assert.equal(isMade('denied.txt'), false);
  });

  it(`has exactly one answer when two phones and the desktop race, ${ROUNDS} times`, async () => {
    const before = claude.model.outcomes.length;
    const names = Array.from({ length: ROUNDS }, (_, round) => `race-${round}.txt`);
    await prompt(...names.map(step));
    const chat = await webviewPage(workbench, 'chat');
    for (const [round, name] of names.entries()) {
      const text = `touch ${name}`;
      const cards = [phones[0].card(text), phones[1].card(text), waitingCard(chat, text)];
      const buttons = cards.map((card, at) =>
        card.getByRole('button', { name: at === round % 3 ? 'Allow once' : 'Deny', exact: true }),
      );
      await Promise.all(buttons.map((button) => button.waitFor()));
      await workbench.page.waitForTimeout(INERT_MS);
      await Promise.all(buttons.map(press));
      await waitFor(() => claude.model.outcomes.length > before + round, text, 20_000);
      await Promise.all(cards.map((card) => card.waitFor({ state: 'detached' })));
    }
    const outcomes = claude.model.outcomes.slice(before);
    assert.deepEqual(
      outcomes.map(({ isError }) => !isError),
      names.map(isMade),
    );
    const settled = records().filter(({ type }) => type === 'settled');
    assert.equal(settled.length, ROUNDS + 2);
    assert.equal(new Set(settled.map(({ requestId }) => requestId)).size, ROUNDS + 2);
  });

  const isMade = (name: string) => fs.existsSync(path.join(claude.cwd, name));

  const step = (name: string) => ({
    calls: [{ name: 'Bash', input: { command: `touch ${name}`, description: 'Make a file' } }],
  });

  async function prompt(...steps: readonly ReturnType<typeof step>[]): Promise<void> {
    const chat = await webviewPage(workbench, 'chat');
    const box = chat.getByRole('textbox', { name: 'Message' });
    await box.fill(claude.model.script(...steps));
    // It is off until the agent listens.
    await chat.locator('vscode-button:not([aria-disabled=true])', { hasText: 'Send' }).click();
  }

  function records(): readonly { type: string; requestId: string }[] {
    const files = fs
      .readdirSync(state, { recursive: true, encoding: 'utf8' })
      .filter((name) => /journal-[^/\\]*\.ndjson$/.test(name));
    const lines = files.flatMap((name) =>
      fs.readFileSync(path.join(state, name), 'utf8').trim().split('\n'),
    );
    return lines.map((line) => JSON.parse(line).entry);
  }
});

/** Without a look at what is in front of it: whoever is second presses what is gone or off by then. */
async function press(button: Locator): Promise<void> {
  await button.dispatchEvent('click', undefined, { timeout: 500 }).catch(() => undefined);
}
