import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { api } from '../hostSupport.ts';
import { registryOf, writeAgent } from '../registryAgent.ts';

const AGENT = 'resume-test-agent';
const NAME = 'Test Agent That Loads';

describe('a session of an agent that Countersign does not know, in the extension host', () => {
  if (process.platform === 'win32') return;
  let folder: string;
  let server: http.Server;
  let args: readonly string[];
  const originalPath = process.env['PATH'];
  const set = (name: string, value: unknown) =>
    vscode.workspace
      .getConfiguration('countersign')
      .update(name, value, vscode.ConfigurationTarget.Global);
  const useAgent = (more: readonly string[]) =>
    set('agents', { loading: { name: NAME, command: path.join(folder, AGENT), args: more } });

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-resume-'));
    writeAgent(path.join(folder, AGENT), 'loads');
    process.env['PATH'] = `${folder}${path.delimiter}${originalPath ?? ''}`;
    args = [];
    server = http.createServer((_, response) =>
      response.end(JSON.stringify(registryOf('loading-agent', AGENT, args))),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await set('registry.url', `http://127.0.0.1:${port}/registry.json`);
    await closeAll();
  });
  afterEach(async () => {
    await closeAll();
    await set('registry.url', undefined);
    await set('agents', undefined);
    process.env['PATH'] = originalPath;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    fs.rmSync(folder, { recursive: true, force: true });
  });

  async function closeAll(): Promise<void> {
    const { sessions } = await api();
    await sessions.stopAll();
    for (const session of sessions.all) sessions.close(session);
  }

  /** Starts one as a person would, says something, and forgets it as a closed window does. */
  async function startAndClose(...picks: readonly string[]): Promise<void> {
    await choosing(picks, 'countersign.startSession');
    const { sessions } = await api();
    const [session] = sessions.all;
    assert.ok(session, 'It was started');
    assert.equal(session.state.kind, 'ready');
    await session.prompt('hello there');
    await closeAll();
  }
  const resume = () => choosing(['hello there'], 'countersign.resumeSession');

  async function assertRefused(words: RegExp): Promise<void> {
    assert.match((await resume()).join(), words);
    assert.deepEqual((await api()).sessions.all, []);
  }
  async function assertResumed(): Promise<void> {
    assert.deepEqual(await resume(), []);
    const { sessions } = await api();
    assert.deepEqual(
      sessions.all.map(({ state, nativeSessionId }) => [state.kind, nativeSessionId]),
      [['ready', 'bad-session']],
    );
    await closeAll();
  }

  it('of the settings is resumed while its entry is the same', async () => {
    await useAgent([]);
    await startAndClose(NAME);
    await assertResumed();
    await useAgent(['--other']);
    await assertRefused(/is not what that session was started with.* Nothing was started/);
    await set('agents', {});
    await assertRefused(
      /no agent "loading" in the setting countersign\.agents, so none was started/,
    );
    await useAgent([]);
    await assertResumed();
  });

  it('of the registry is resumed while it is what was agreed to, without asking the registry', async () => {
    const picks = ['From the ACP registry…', 'Test Agent'];
    await startAndClose(...picks);
    server.closeAllConnections();
    await assertResumed();
    args = ['--other'];
    await choosing(picks, 'countersign.startSession');
    await closeAll();
    await assertRefused(/is not what that session was started with/);
    await set('registry.url', '');
    await assertRefused(/ACP registry, which is switched off/);
  });

  it('of the settings is shown with what it asks for, once it was seen', async () => {
    await useAgent(['--seen']);
    const shown: string[] = [];
    const note = (items: readonly vscode.QuickPickItem[]) =>
      shown.push(items.find(({ label }) => label === NAME)?.description ?? '');
    await choosing([NAME], 'countersign.startSession', note);
    await closeAll();
    await choosing([], 'countersign.startSession', note);
    const runs = `${path.join(folder, AGENT)} --seen`;
    assert.deepEqual(shown, [
      `looked at before its first start · ${runs}`,
      `0.0.1 · asks for what its own settings do not allow · ${runs}`,
    ]);
  });
});

/** Runs a command with these items picked, and everything agreed to; returns the errors that it showed. */
async function choosing(
  picks: readonly string[],
  command: string,
  onItems: (items: readonly vscode.QuickPickItem[]) => void = () => undefined,
): Promise<string[]> {
  const errors: string[] = [];
  const { showErrorMessage, showQuickPick, showWarningMessage } = vscode.window;
  Object.assign(vscode.window, {
    showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
      onItems(items);
      return items.find(({ label }) => picks.includes(label));
    },
    showWarningMessage: async () => 'Start',
    showErrorMessage: async (text: string) => void errors.push(text),
  });
  try {
    await vscode.commands.executeCommand(command);
  } finally {
    Object.assign(vscode.window, { showErrorMessage, showQuickPick, showWarningMessage });
  }
  return errors;
}
