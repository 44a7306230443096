import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { asksForWords } from '../../../../src/agents/codex/doors.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

describe('What Codex asks for, in words', () => {
  let home: string;
  const file = (...parts: string[]) => {
    const target = path.join(home, ...parts);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, '');
  };
  const words = () => asksForWords(path.join(home, '.codex'), path.join(home, 'project'), home);
  beforeEach(() => {
    home = temporaryFolder();
  });
  afterEach(() => removeFolder(home));

  it('names the settings that can let calls through, where there are any', () => {
    assert.equal(words(), 'commands, changes and MCP tools');
    fs.mkdirSync(path.join(home, '.codex/rules'), { recursive: true });
    assert.equal(words(), 'commands, changes and MCP tools');
    file('.codex/rules/default.rules');
    file('.codex/config.toml');
    file('project/.codex/hooks.json');
    assert.equal(
      words(),
      `what its own settings do not allow (${['~/.codex/config.toml', '~/.codex/rules', '.codex/hooks.json'].map(path.normalize).join(', ')})`,
    );
  });

  it('names them in full when they lie elsewhere', () => {
    file('.codex/config.toml');
    const folder = path.join(home, '.codex');
    assert.equal(
      asksForWords(folder, '/elsewhere', undefined),
      `what its own settings do not allow (${path.join(folder, 'config.toml')})`,
    );
    assert.equal(asksForWords('relative', '/elsewhere', home), 'commands, changes and MCP tools');
  });
});
