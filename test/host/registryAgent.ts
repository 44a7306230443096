import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

/** Puts an agent over ACP there, as a program of its own. `manner` is how it behaves: see `test/support/badAgent.mjs`. */
export function writeAgent(file: string, manner: 'good' | 'loads'): void {
  const extension = vscode.extensions.getExtension('countersign.countersign');
  const program = path.join(extension?.extensionPath ?? '', 'test/support/badAgent.mjs');
  const line = `ELECTRON_RUN_AS_NODE=1 exec "${process.execPath}" "${program}" ${manner}`;
  fs.writeFileSync(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

/** A registry with one agent, for every platform that it may be read on. */
export function registryOf(id: string, program: string, args: readonly string[]): object {
  const target = { archive: 'https://example.com/agent.tar.gz', cmd: `./${program}`, args };
  const keys = ['linux-x86_64', 'linux-aarch64', 'darwin-x86_64', 'darwin-aarch64'];
  const binary = Object.fromEntries(keys.map((key) => [key, target]));
  const entry = { id, name: 'Test Agent', version: '1.2.3', description: 'For tests.' };
  return { version: '1.0.0', agents: [{ ...entry, distribution: { binary } }] };
}
