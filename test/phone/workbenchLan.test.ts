import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import {
  PhoneBrowser,
  pairingPanel,
  pairOnWorkbench,
  type TestPhone,
  typeDigits,
} from '../support/phoneBrowser.ts';
import { removeFolder, resultFile, temporaryFolder } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { waitingCard, webviewPage } from '../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const COMMAND = 'node test/brew.test.js';
const CUT_MS = 20_000;

describe('a phone on the local network and VS Code itself', () => {
  let state: string;
  let folder: string;
  let workbench: Workbench;
  let browser: PhoneBrowser;
  let phone: TestPhone;
  let other: TestPhone;

  before(async () => {
    state = temporaryFolder();
    folder = temporaryFolder();
    await createSampleWorkspace(folder);
    browser = await PhoneBrowser.launch();
    phone = await browser.phone();
    workbench = await openWorkbench({
      workspace: folder,
      persistent: state,
      // The demo works in this folder then, and begins by itself.
      env: { COUNTERSIGN_DEMO: '1' },
      settings: { 'countersign.phone.interface': '127.0.0.1' },
    });
    await waitingCard(await webviewPage(workbench, 'chat'), COMMAND).waitFor();
  });

  after(async () => {
    await browser.close();
    await workbench.close();
    for (const each of [state, folder]) removeFolder(each);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) {
      await workbench.screenshot('phone-lan-failed');
      await phone.page.screenshot({ path: resultFile('phone-lan-failed-phone.png') });
    }
    assert.deepEqual(phone.complaints, []);
  });

  it('refuses a phone that shows other digits than were typed, three times', async () => {
    const stranger = await browser.phone('Stranger');
    const { panel, url } = await pairingPanel(workbench);
    await workbench.screenshot('phone-lan-1-code');
    const digits = await stranger.scan(url);
    const others = digits.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10));
    await typeDigits(panel, others);
    await panel.locator('.cs-pair-wrong', { hasText: '2 tries are left' }).waitFor();
    await typeDigits(panel, others);
    await panel.locator('.cs-pair-wrong', { hasText: '1 try is left' }).waitFor();
    await workbench.screenshot('phone-lan-2-wrong');
    await typeDigits(panel, others);
    await panel.getByRole('heading', { name: 'No phone was paired' }).waitFor();
    await stranger.page.getByText('This phone is not paired').first().waitFor();
    await stranger.close();
    await panel.getByRole('button', { name: 'New code' }).click();
    await panel.locator('.cs-pair-qr').waitFor();
    assert.notEqual(await panel.locator('.cs-pair-link input').inputValue(), url);
  });

  it('is paired with the link of the panel and the digits typed there, and is listed', async () => {
    await pairOnWorkbench(workbench, phone);
    await workbench.runCommand('Countersign: Show Devices');
    await workbench.treeItem('Pixel 8').getByText('local network').waitFor();
    await workbench.screenshot('phone-lan-3-paired');
  });

  it('answers what the demo agent asks: the edit is on disk', async () => {
    await phone.allow(COMMAND);
    await phone.allowWhole('brew.js');
    await waitFor(() => brewFile().includes('matcha'), 'the edit on disk', 20_000);
  });

  it('asks at the desktop before what it always allows counts', async () => {
    const question = workbench.notification('Pixel 8 wants to always allow exactly this call');
    await phone.page.goto(new URL('/', phone.page.url()).href);
    await phone.alwaysAllow('127.0.0.1');
    await phone.page.getByText('Confirm this at the desktop.').first().waitFor();
    await question.waitFor();
    await workbench.screenshot('phone-lan-4-confirm');
    await question.getByRole('button', { name: 'Refuse' }).click();
    await phone.page.getByText('It was not confirmed at the desktop.').first().waitFor();
    await workbench.treeItem('127.0.0.1').waitFor();
    await phone.page.getByRole('button', { name: 'Back' }).click();
    await phone.alwaysAllow('127.0.0.1');
    await question.waitFor();
    await workbench.page.waitForTimeout(600);
    await question.getByRole('button', { name: 'Confirm' }).click();
    await workbench.treeItem('add_note').waitFor();
  });

  it('has the card once after the network was away for 20 seconds', async () => {
    await phone.page.goto(new URL('/', phone.page.url()).href);
    await phone.connected();
    await phone.context.setOffline(true);
    await workbench.runCommand('Countersign: Run Demo Session');
    await workbench.treeItem(COMMAND).waitFor();
    await workbench.page.waitForTimeout(CUT_MS);
    assert.equal(await phone.card(COMMAND).count(), 0);
    assert.equal(await phone.page.locator('[data-connection=connected]').count(), 0);
    await phone.context.setOffline(false);
    await phone.card(COMMAND).waitFor();
    assert.equal(await phone.card(COMMAND).count(), 1);
    await phone.allow(COMMAND);
    await phone.card('brew.js').waitFor();
  });

  it('is served at the same address after the window was reloaded, and answers again', async () => {
    const { origin } = new URL(phone.page.url());
    await workbench.reload();
    // The demo begins anew in the new window.
    await phone.allow(COMMAND);
    await phone.card('brew.js').waitFor();
    assert.equal(new URL(phone.page.url()).origin, origin);
  });

  it('is removed while it is away: it can answer nothing, and learns so when it is back', async () => {
    other = await browser.phone('Pixel 9');
    await pairOnWorkbench(workbench, other);
    await phone.context.setOffline(true);
    await revoke('Pixel 8');
    await phone.context.setOffline(false);
    await phone.page.getByText('does not know this phone any more').first().waitFor();
    assert.equal(await phone.page.locator('.allow').count(), 0);
  });

  it('leaves no open port behind when it was the last one, and another can be paired', async () => {
    const { origin } = new URL(other.page.url());
    await revoke('Pixel 9');
    await other.page.getByText('This phone was removed').first().waitFor();
    await waitFor(async () => !(await connects(Number(new URL(origin).port))), 'a closed port');
    const next = await browser.phone('Pixel 10');
    await pairOnWorkbench(workbench, next);
    assert.equal(new URL(next.page.url()).origin, origin);
  });

  async function revoke(name: string): Promise<void> {
    await workbench.runCommand('Countersign: Show Devices');
    await workbench.clickTreeAction(workbench.treeItem(name), /Revoke Device/);
    await workbench.treeItem(name).waitFor({ state: 'detached' });
  }

  function brewFile(): string {
    return fs.readFileSync(path.join(folder, 'src/brew.js'), 'utf8');
  }
});

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
