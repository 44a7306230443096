// Takes the README's pictures of the real workbench: npm run pictures
import fs from 'node:fs';
import path from 'node:path';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import { ROOT, removeFolder, temporaryFolder } from './testFolder.ts';
import { waitingCard, webviewPage } from './webviewPages.ts';
import { openWorkbench } from './workbench.ts';

const FOLDER = path.join(ROOT, 'media/readme');
const VIEWPORT = { width: 1280, height: 760 };

const state = temporaryFolder();
const workspace = path.join(state, 'tea-timer');
await createSampleWorkspace(workspace);
fs.mkdirSync(FOLDER, { recursive: true });
const workbench = await openWorkbench({
  workspace,
  viewport: VIEWPORT,
  env: { COUNTERSIGN_DEMO: '1' },
  settings: { 'workbench.colorTheme': 'Dark Modern' },
});
const take = (name: string) => workbench.page.screenshot({ path: path.join(FOLDER, name) });
try {
  await workbench.notification('Demo agent wants to run a command').waitFor();
  for (const page of ['chat', 'cards'] as const) {
    await waitingCard(await webviewPage(workbench, page), 'node test/brew.test.js').waitFor();
  }
  await workbench.page.waitForTimeout(1000);
  await take('chat.png');
  await workbench.clickTreeAction(workbench.treeItem('node test/brew.test.js'), /Allow Once/);
  await workbench.treeItem('brew.js').waitFor();
  await workbench.runCommand('Countersign: Open Diff');
  await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
  await workbench.page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 2);
  await workbench.page.waitForTimeout(1500);
  await take('diff.png');
} finally {
  await workbench.close();
  removeFolder(state);
}
