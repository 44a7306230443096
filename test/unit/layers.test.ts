import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, removeFolder, temporaryFolder } from '../support/testFolder.ts';

const BIOME = path.join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/** A file and the one thing it imports. */
type Import = readonly [file: string, imported: string];

const FORBIDDEN: readonly Import[] = [
  ['src/base/a.ts', '../permission/broker.ts'],
  ['src/base/b.ts', 'node:path'],
  ['src/permission/a.ts', '../agents/agent.ts'],
  ['src/permission/b.ts', 'node:fs'],
  ['src/permission/c.ts', 'vscode'],
  ['src/permission/deeper/d.ts', '../../sessions/session.ts'],
  ['src/protocol/a.ts', '../agents/agent.ts'],
  ['src/protocol/b.ts', 'node:fs'],
  ['src/agents/a.ts', 'vscode'],
  ['src/agents/claude/b.ts', '../../ui/names.ts'],
  ['src/agents/claude/c.ts', '../acp/launcher.ts'],
  ['src/storage/a.ts', '../agents/agent.ts'],
  ['src/sessions/a.ts', '../agents/process.ts'],
  ['src/sessions/b.ts', '../agents/claude/launcher.ts'],
  ['src/phone/a.ts', '../channels/telegram/bot.ts'],
  ['src/channels/a.ts', '../phone/server.ts'],
  ['src/channels/b.ts', 'vscode'],
  ['src/demo/a.ts', 'vscode'],
  ['src/demo/b.ts', '../permission/broker.ts'],
  ['src/ui/a.ts', '../extension.ts'],
  ['src/cli/a.ts', '../ui/names.ts'],
  ['src/cli.ts', 'vscode'],
  ['webview/cards/a.ts', '../../src/permission/broker.ts'],
  ['webview/cards/b.ts', 'vscode'],
];

const ALLOWED: readonly Import[] = [
  ['src/permission/e.ts', 'node:crypto'],
  ['src/permission/f.ts', '../base/result.ts'],
  ['src/protocol/c.ts', '../permission/broker.ts'],
  ['src/agents/claude/d.ts', '../process.ts'],
  ['src/agents/e.ts', 'node:child_process'],
  ['src/sessions/c.ts', '../agents/agent.ts'],
  ['src/demo/c.ts', '../base/json.ts'],
  ['src/ui/b.ts', 'vscode'],
  ['src/ui/c.ts', '../sessions/session.ts'],
  ['src/cli/b.ts', '../agents/acp/launcher.ts'],
  ['webview/cards/c.ts', '../../src/protocol/messages.ts'],
];

describe('the import rules of the layers', () => {
  it('catch every import that points up or sideways, and no other', () => {
    const folder = temporaryFolder();
    try {
      fs.copyFileSync(path.join(ROOT, 'biome.json'), path.join(folder, 'biome.json'));
      for (const each of [...FORBIDDEN, ...ALLOWED]) seed(folder, each);
      assert.deepEqual(filesWithFindings(folder), FORBIDDEN.map(([file]) => file).sort());
    } finally {
      removeFolder(folder);
    }
  });
});

function seed(folder: string, [file, imported]: Import): void {
  const target = path.join(folder, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, `import { x } from '${imported}';\nexport const y = x;\n`);
}

function filesWithFindings(folder: string): string[] {
  const args = [BIOME, 'lint', '--only=style/noRestrictedImports', '--max-diagnostics=none'];
  const { stdout } = spawnSync(process.execPath, [...args, '--reporter=github'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const files = [...stdout.matchAll(/,file=([^,]+),/g)].map(([, file = '']) =>
    path.relative(folder, path.resolve(folder, file)).split(path.sep).join('/'),
  );
  return [...new Set(files)].sort();
}
