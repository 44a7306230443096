import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';

const REFUSED = 'Countersign starts no agent in a folder that you have not trusted';

describe('a folder that is not trusted', () => {
  let workbench: Workbench;
  let registry: http.Server;
  let asked = 0;

  before(async () => {
    registry = http.createServer((_, response) => {
      asked++;
      response.end('{}');
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { port } = registry.address() as AddressInfo;
    workbench = await openWorkbench({
      workspaceTrust: true,
      settings: { 'countersign.registry.url': `http://127.0.0.1:${port}/registry.json` },
    });
    // The question of VS Code itself; without an answer nothing is trusted.
    await workbench.page.keyboard.press('Escape');
  });
  after(async () => {
    await workbench.close();
    registry.closeAllConnections();
    await new Promise((resolve) => registry.close(resolve));
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot('untrusted-failed');
  });

  for (const command of ['Start Session', 'Run Demo Session', 'Resume Session…'])
    it(`starts no agent, whichever way it is asked for: ${command}`, async () => {
      const { page } = workbench;
      await workbench.runCommand(`Countersign: ${command}`);
      await workbench.notification(REFUSED).waitFor();
      // The palette goes first; a list of agents or sessions would stay.
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      assert.equal(await page.locator('.tab', { hasText: 'Countersign' }).count(), 0);
      assert.equal(asked, 0, 'The registry was not read');
      await workbench.runCommand('Notifications: Clear All Notifications');
    });
});
