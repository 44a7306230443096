import path from 'node:path';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import { startCodeServer } from './codeServer.ts';
import { findDesktop, openDesktop } from './desktop.ts';
import { openFrontDoor } from './frontDoor.ts';
import { run } from './processes.ts';
import { ROOT, temporaryFolder } from './testFolder.ts';

/** Makes the extension run its demo session when it starts. */
const DEMO = { COUNTERSIGN_DEMO: '1' };

/**
 * npm start: opens VS Code with the extension, a sample workspace and a demo session. Everything it makes
 * is in one temporary folder that goes when it ends. COUNTERSIGN_START=browser leaves a desktop VS Code
 * alone.
 */
async function main(): Promise<void> {
  await run(process.execPath, [path.join(ROOT, 'esbuild.mjs')]);
  const folder = temporaryFolder();
  const workspace = path.join(folder, 'countersign-sample');
  await createSampleWorkspace(workspace);
  const desktop = process.env['COUNTERSIGN_START'] === 'browser' ? undefined : findDesktop();
  if (desktop) await inDesktop(desktop, folder, workspace);
  else await inBrowser(folder, workspace);
}

async function inDesktop(program: string, folder: string, workspace: string): Promise<void> {
  process.stderr.write('Opening Visual Studio Code; close its window or press Ctrl-C to end.\n');
  await openDesktop(program, { workspace, state: path.join(folder, 's'), env: DEMO });
}

async function inBrowser(folder: string, workspace: string): Promise<void> {
  const socket = path.join(folder, 'http');
  const server = await startCodeServer({
    root: path.join(folder, 's'),
    socket,
    extensions: [ROOT],
    env: DEMO,
  });
  const door = await openFrontDoor(socket);
  const url = door.url(`/?${new URLSearchParams({ folder: workspace })}`);
  process.stdout.write(`Countersign is running: ${url}\n`);
  await server.ended;
  door.close();
  if (!ending) throw new Error(`code-server ended by itself.\n${server.log()}`);
}

// After a signal the server ends because it was told to.
let ending = false;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(name, () => {
    ending = true;
  });
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
