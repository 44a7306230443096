import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';

describe('the workbench with Countersign', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
  });

  after(() => workbench.close());

  it('shows the inbox in the container of the activity bar', async () => {
    await workbench.openContainer('Countersign');
    await workbench.page
      .locator('.sidebar')
      .getByText('Inbox')
      .filter({ visible: true })
      .first()
      .waitFor();
    await workbench.screenshot('smoke-container');
  });

  it('finds its commands in the command palette', async () => {
    await workbench.page.keyboard.press('F1');
    await workbench.page.locator('.quick-input-widget input').first().fill('>Countersign: ');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    assert.match((await rows.first().textContent()) ?? '', /Countersign/);
    await workbench.page.keyboard.press('Escape');
  });
});
