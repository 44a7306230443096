import assert from 'node:assert/strict';
import path from 'node:path';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import { Relay } from '../support/nginx.ts';
import { PhoneBrowser, pairOnWorkbench, type TestPhone } from '../support/phoneBrowser.ts';
import { ROOT, removeFolder, resultFile, temporaryFolder } from '../support/testFolder.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const COMMAND = 'node test/brew.test.js';

describe('a phone over the relay and VS Code itself', () => {
  let folder: string;
  let relay: Relay;
  let workbench: Workbench;
  let browser: PhoneBrowser;
  let phone: TestPhone;

  before(async () => {
    folder = temporaryFolder();
    await createSampleWorkspace(folder);
    relay = await Relay.start({ page: path.join(ROOT, 'dist/phone') });
    browser = await PhoneBrowser.launch();
    phone = await browser.phone();
    workbench = await openWorkbench({
      workspace: folder,
      env: { COUNTERSIGN_DEMO: '1' },
      settings: { 'countersign.phone.relay': relay.url },
    });
  });

  after(async () => {
    await browser.close();
    await workbench.close();
    await relay.dispose();
    removeFolder(folder);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) {
      await workbench.screenshot('phone-relay-failed');
      await phone.page.screenshot({ path: resultFile('phone-relay-failed-phone.png') });
    }
    assert.deepEqual(phone.complaints, []);
  });

  it('is paired over the relay, and answers', async () => {
    await pairOnWorkbench(workbench, phone, 'Anywhere');
    await workbench.runCommand('Countersign: Show Devices');
    await workbench.treeItem('Pixel 8').getByText('relay').waitFor();
    await phone.allow(COMMAND);
    await phone.card('brew.js').waitFor();
  });

  it('goes on after the relay was restarted with nothing in memory', async () => {
    await relay.stop();
    await workbench.treeItem('Pixel 8').getByText('not reached').waitFor();
    await workbench.screenshot('phone-relay-1-down');
    // Answered here meanwhile: the next one is raised while the relay is away.
    await workbench.clickTreeAction(workbench.treeItem('brew.js'), /Deny/);
    await workbench.treeItem('127.0.0.1').waitFor();
    await relay.start();
    await phone.card('127.0.0.1').waitFor();
    assert.equal(await phone.card('brew.js').count(), 0);
    await workbench.treeItem('Pixel 8').getByText('relay').waitFor();
    await phone.allow('127.0.0.1');
    await phone.card('add_note').waitFor();
  });

  it('does not see the next card once it is revoked', async () => {
    await workbench.clickTreeAction(workbench.treeItem('Pixel 8'), /Revoke Device/);
    await phone.page.getByText(/This phone was removed/).waitFor();
    await workbench.runCommand('Countersign: Run Demo Session');
    await workbench.treeItem(COMMAND).waitFor();
    assert.equal(await phone.card(COMMAND).count(), 0);
  });
});
