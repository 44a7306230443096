import fs from 'node:fs';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import { descendants } from '../support/processes.ts';
import { removeFolder, temporaryFolder } from '../support/testFolder.ts';
import { webviewPage } from '../support/webviewPages.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const SESSIONS = 3;
const IDLE_MS = 20_000;
const MANY = 1000;
/** Kernel ticks per second, the unit of /proc/PID/stat on Linux. */
const TICKS = 100;

/** What the extension costs on a real workbench; Linux only, where /proc tells the processor time. */
export interface WorkbenchLoad {
  readonly sessions: number;
  /** Share of one processor that the extension host takes before there is a session: VS Code's own. */
  readonly baseCpuShare: number;
  /** The same with three sessions, while nothing happens. */
  readonly idleCpuShare: number;
  readonly waiting: number;
  /** From the first of 1,000 requests to the inbox that counts them all. */
  readonly allInInboxMs: number;
  /** From the click on Deny in the inbox to the count that is one less. */
  readonly answerInInboxMs: number;
}

/** Measures three idle sessions, then 1,000 requests that wait at once. */
export async function benchWorkbenchLoad(): Promise<WorkbenchLoad> {
  const folder = temporaryFolder();
  await createSampleWorkspace(folder);
  const workbench = await openWorkbench({ workspace: folder });
  try {
    await workbench.page.waitForTimeout(10_000);
    const baseCpuShare = await idleShare(workbench);
    for (let count = 0; count < SESSIONS; count++) {
      await workbench.runCommand('Countersign: Run Demo Session');
      await workbench.statusBarItem(`${count + 1} waiting`).waitFor();
    }
    const idleCpuShare = await idleShare(workbench);
    const rest = { waiting: MANY, ...(await many(workbench)) };
    return { sessions: SESSIONS, baseCpuShare, idleCpuShare, ...rest };
  } finally {
    await workbench.close();
    removeFolder(folder);
  }
}

async function idleShare(workbench: Workbench): Promise<number> {
  await workbench.page.waitForTimeout(3000);
  const host = extensionHost();
  const before = cpuTicks(host);
  await workbench.page.waitForTimeout(IDLE_MS);
  return (cpuTicks(host) - before) / TICKS / (IDLE_MS / 1000);
}

async function many(
  workbench: Workbench,
): Promise<Pick<WorkbenchLoad, 'allInInboxMs' | 'answerInInboxMs'>> {
  const chat = await webviewPage(workbench, 'chat');
  // The message waits for the end of the turn that it interrupts.
  await chat.getByRole('textbox').fill(`[[many:${MANY}]]`);
  await chat.getByRole('textbox').press('Enter');
  await workbench.runCommand('Countersign: Show Inbox');
  await chat.getByRole('button', { name: 'Stop' }).click();
  await workbench.statusBarItem(/\d+ waiting/).waitFor();
  const start = performance.now();
  await workbench.statusBarItem(`${MANY + SESSIONS - 1} waiting`).waitFor({ timeout: 60_000 });
  const allInInboxMs = Math.round(performance.now() - start);
  await workbench.page.waitForTimeout(2000);
  const row = workbench.treeItem('add_note').first();
  await row.hover();
  const answered = performance.now();
  await row.getByRole('button', { name: /Deny/ }).click();
  await workbench.statusBarItem(`${MANY + SESSIONS - 2} waiting`).waitFor();
  return { allInInboxMs, answerInInboxMs: Math.round(performance.now() - answered) };
}

function extensionHost(): number {
  const found = descendants(process.pid).find(({ pid }) =>
    fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=extensionHost'),
  );
  if (!found) throw new Error('No extension host is running.');
  return found.pid;
}

function cpuTicks(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
