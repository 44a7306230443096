import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { descendants, isAlive, stopTree } from '../../support/processes.ts';

// On Windows taskkill does it.
const there = process.platform === 'win32' ? describe.skip : describe;

const GRANDCHILD = 'setInterval(() => {}, 1000)';
/** Starts a grandchild in a process group of its own, as an agent is, and says so. */
const CHILD = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['-e', ${JSON.stringify(GRANDCHILD)}], { detached: true, stdio: 'ignore' });
  console.log('started');
  setInterval(() => {}, 1000);
`;
const DEAF = `process.on('SIGTERM', () => {}); ${CHILD}`;

there('stopping a process', () => {
  it('ends what it started too, also in another process group', async () => {
    const child = await start(CHILD);
    const tree = descendants(child.pid ?? 0);
    assert.equal(tree.length, 1);
    await stopTree(child);
    assert.deepEqual(tree.filter(isAlive), []);
    assert.equal(child.signalCode, 'SIGTERM');
  });

  it('ends one that ignores being asked', async () => {
    const child = await start(DEAF);
    const tree = descendants(child.pid ?? 0);
    await stopTree(child, 200);
    assert.deepEqual(tree.filter(isAlive), []);
    assert.equal(child.signalCode, 'SIGKILL');
  });
});

async function start(script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await once(child.stdout, 'data');
  return child;
}
