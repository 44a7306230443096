import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import type { CountersignApi } from '../../src/extension.ts';
import type { Session } from '../../src/sessions/session.ts';

const ID = 'countersign.countersign';

/** What the extension exports in the host. */
export async function api(): Promise<CountersignApi> {
  const extension = vscode.extensions.getExtension<CountersignApi>(ID);
  if (!extension) throw new Error('VS Code does not know the extension');
  return extension.activate();
}

/** A session with the real demo agent, in a sample workspace of its own unless it is given one. */
export async function demoSession(workspace?: string): Promise<Session> {
  const { sessions } = await api();
  const program = path.join(
    vscode.extensions.getExtension(ID)?.extensionPath ?? '',
    'dist/demoAgent.js',
  );
  const folder = workspace ?? fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-host-'));
  if (workspace === undefined) await createSampleWorkspace(folder);
  const launcher = acpLauncher({
    id: 'demo',
    name: 'Demo agent',
    command: process.execPath,
    args: [program],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const session = sessions.open(launcher, fs.realpathSync(folder));
  await session.start();
  if (session.state.kind === 'failed') throw session.state.error;
  return session;
}

type MessageName = 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage';

/** Answers VS Code's messages of one kind with one button, half a second later, as a person would. */
export function stubMessage(
  name: MessageName,
  button: string | undefined,
): { readonly texts: string[] } {
  const texts: string[] = [];
  const original = vscode.window[name];
  const stub = async (text: string): Promise<string | undefined> => {
    texts.push(text);
    await new Promise((resolve) => setTimeout(resolve, 600));
    return button;
  };
  Object.assign(vscode.window, { [name]: stub });
  stubbed.push(() => Object.assign(vscode.window, { [name]: original }));
  return { texts };
}

/** Takes every stub back, the latest first. Belongs into an `afterEach`: a test that fails does not get to its end. */
export function restoreMessages(): void {
  for (const restore of stubbed.splice(0).reverse()) restore();
}

const stubbed: (() => void)[] = [];
