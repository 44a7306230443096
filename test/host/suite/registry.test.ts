import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { api } from '../hostSupport.ts';
import { registryOf, writeAgent } from '../registryAgent.ts';

const AGENT = 'registry-test-agent';

describe('an agent of the ACP registry in the extension host', () => {
  if (process.platform === 'win32') return;
  let folder: string;
  let server: http.Server;
  let args: readonly string[];
  const settings = () => vscode.workspace.getConfiguration('countersign');
  const originalPath = process.env['PATH'];

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-registry-'));
    writeAgent(path.join(folder, AGENT), 'good');
    process.env['PATH'] = `${folder}${path.delimiter}${originalPath ?? ''}`;
    args = [];
    server = http.createServer((_, response) =>
      response.end(JSON.stringify(registryOf('test-agent', AGENT, args))),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/registry.json`;
    await settings().update('registry.url', url, vscode.ConfigurationTarget.Global);
  });
  afterEach(async () => {
    const { sessions } = await api();
    await sessions.stopAll();
    for (const session of sessions.all) sessions.close(session);
    await settings().update('registry.url', undefined, vscode.ConfigurationTarget.Global);
    process.env['PATH'] = originalPath;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('runs after the person has seen its command, and again only while it is the same', async () => {
    const { sessions } = await api();
    for (const session of sessions.all) sessions.close(session);
    const refused = await startWith(undefined);
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? '', /^Start Test Agent from the ACP registry\?\n1\.2\.3: \//);
    assert.equal(sessions.all.length, 0);

    assert.equal((await startWith('Start')).length, 1);
    assert.deepEqual(
      sessions.all.map(({ launcher, state }) => [launcher.id, state.kind]),
      [['registry-test-agent', 'ready']],
    );

    assert.deepEqual(await startWith(undefined), []);
    assert.equal(sessions.all.length, 2);

    args = ['--other'];
    const [changed] = await startWith(undefined);
    assert.match(
      changed ?? '',
      /not what you agreed to before\. Start it\?\nBefore: .*\nNow: .* --other/,
    );
    assert.equal(sessions.all.length, 2);
  });
});

/** *Start Session*, with this answer to what is asked; returns the questions. */
async function startWith(answer: 'Start' | undefined): Promise<string[]> {
  const questions: string[] = [];
  const { showQuickPick, showWarningMessage } = vscode.window;
  const stubs = {
    showQuickPick: async (items: readonly vscode.QuickPickItem[]) =>
      items.find(({ label }) => label === 'From the ACP registry…' || label === 'Test Agent'),
    showWarningMessage: async (text: string, { detail }: vscode.MessageOptions) => {
      questions.push(`${text}\n${detail}`);
      return answer;
    },
  };
  Object.assign(vscode.window, stubs);
  try {
    await vscode.commands.executeCommand('countersign.startSession');
  } finally {
    Object.assign(vscode.window, { showQuickPick, showWarningMessage });
  }
  return questions;
}
