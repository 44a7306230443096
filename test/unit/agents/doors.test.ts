import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { allowedEntries } from '../../../src/agents/allowedEntries.ts';
import { findDoors, overrulesStrict } from '../../../src/agents/doors.ts';
import { asksForWords, OWN_SETTINGS } from '../../../src/protocol/asksFor.ts';
import { doorViews } from '../../../src/sessions/doorViews.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

describe('What can let calls through beside the gate', () => {
  let home: string;
  let cwd: string;
  beforeEach(() => {
    home = temporaryFolder();
    cwd = path.join(home, 'project');
    fs.mkdirSync(cwd);
  });
  afterEach(() => removeFolder(home));

  const make = (...parts: string[]) => {
    const file = path.join(home, ...parts);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '');
    return file;
  };
  /** Those in folders of the test: the machine that runs it can have settings for all its users. */
  const doors = async (id: string, env: NodeJS.ProcessEnv = {}) =>
    (await findDoors(id, { cwd, env: { HOME: home, ...env } }))?.filter((file) =>
      file.startsWith(home),
    );

  const files: readonly (readonly [string, readonly string[]])[] = [
    [
      'claude',
      [
        'project/.claude/settings.json',
        'project/.claude/settings.local.json',
        '.claude/settings.json',
      ],
    ],
    ['codex', ['.codex/config.toml', '.codex/rules/default.rules', 'project/.codex/hooks.json']],
    [
      'gemini',
      ['project/.gemini/settings.json', '.gemini/settings.json', '.gemini/policies/a.toml'],
    ],
    ['qwen', ['project/.qwen/settings.json', '.qwen/settings.json']],
    ['opencode', ['project/.opencode/plugin/a.ts', '.config/opencode/plugins/b.js']],
  ];
  for (const [id, names] of files)
    it(`are the files of ${id} that are there`, async () => {
      assert.deepEqual(await doors(id), []);
      const made = names.map((name) => make(...name.split('/')));
      assert.deepEqual(await doors(id), made);
    });

  it('lie where the environment of the agent says', async () => {
    make('.claude/settings.json');
    make('.codex/config.toml');
    const claude = make('elsewhere/settings.json');
    const codex = make('elsewhere/config.toml');
    const elsewhere = path.join(home, 'elsewhere');
    assert.deepEqual(await doors('claude', { CLAUDE_CONFIG_DIR: elsewhere }), [claude]);
    assert.deepEqual(await doors('codex', { CODEX_HOME: elsewhere }), [codex]);
  });

  it('are not known for an agent that nobody looked at', async () => {
    assert.equal(await doors('mine'), undefined);
    assert.equal(await doors('toString'), undefined);
  });

  it('of an administrator make a policy of ours count for nothing', () => {
    const policy = '/etc/gemini-cli/policies/a.toml';
    assert.equal(overrulesStrict('gemini', [policy]), true);
    assert.equal(overrulesStrict('gemini', ['/home/me/.gemini/policies/a.toml']), false);
    assert.equal(overrulesStrict('qwen', [policy]), false);
    assert.equal(overrulesStrict('gemini', undefined), false);
  });

  it('say how much they allow at least, where that is a list in them', async () => {
    const settings = make('project/.claude/settings.json');
    const local = make('project/.claude/settings.local.json');
    const own = make('.claude/settings.json');
    fs.writeFileSync(settings, '{ // mine\n "permissions": { "allow": ["Bash(ls *)", "Read"] } }');
    fs.writeFileSync(local, '{ "permissions": { "allow": ["Bash(ls');
    fs.writeFileSync(own, '{ "permissions": { "allow": [], "deny": ["Read"] } }');
    const files = await doors('claude');
    const allowed = await allowedEntries('claude', files ?? []);
    assert.deepEqual([...allowed], [[settings, 2]]);
    const shown = doorViews({ files, allowed, strict: { kind: 'off' } }, cwd, { HOME: home });
    // What cannot be read, or has no such list, can allow calls all the same.
    assert.deepEqual(
      shown.map(({ label }) => label),
      [
        '.claude/settings.json (at least 2 allowed)',
        '.claude/settings.local.json',
        '~/.claude/settings.json',
      ],
    );
  });

  it('are counted as each agent writes them', async () => {
    const file = make('settings.json');
    const count = async (id: string, content: object) => {
      fs.writeFileSync(file, JSON.stringify(content));
      return (await allowedEntries(id, [file])).get(file);
    };
    assert.equal(await count('gemini', { tools: { allowed: ['a', 'b', 'c'] } }), 3);
    const both = { permissions: { allow: ['a'] }, tools: { allowed: ['b'] } };
    assert.equal(await count('qwen', both), 2);
    assert.equal(await count('claude-acp', both), 1);
    for (const id of ['codex', 'copilot', 'mine', 'toString'])
      assert.equal(await count(id, both), undefined, id);
    assert.equal(await count('claude', { permissions: { allow: 'Bash' } }), undefined);
    fs.rmSync(file);
    assert.deepEqual([...(await allowedEntries('claude', [file]))], []);
    fs.mkdirSync(file);
    assert.deepEqual([...(await allowedEntries('claude', [file]))], []);
  });

  it('are shown as short as they can be, and not at all where they are shut', () => {
    const made = ['/ws/p/.claude/settings.json', '/home/me/.claude/settings.json', '/etc/x.json'];
    const shown = (kind: 'off' | 'on' | 'noWay') =>
      doorViews({ files: made, strict: { kind } }, '/ws/p', { HOME: '/home/me' }).map(
        ({ label }) => label,
      );
    const labels = ['.claude/settings.json', '~/.claude/settings.json', '/etc/x.json'];
    assert.deepEqual(shown('off'), labels);
    assert.deepEqual(shown('noWay'), labels);
    assert.deepEqual(shown('on'), []);
  });
});

describe('What a session asks for, in words', () => {
  const words = (files: readonly string[] | undefined, kind: 'off' | 'on' | 'noWay') =>
    asksForWords(OWN_SETTINGS, { files, strict: { kind } });

  it('is everything where no settings of its own are there', () => {
    assert.equal(words([], 'off'), 'everything');
    assert.equal(words([], 'noWay'), 'everything');
  });

  it('is what they do not allow where they are there, or nobody knows', () => {
    assert.equal(words(['/a'], 'off'), OWN_SETTINGS);
    assert.equal(words(undefined, 'off'), OWN_SETTINGS);
    assert.equal(asksForWords(OWN_SETTINGS, undefined), OWN_SETTINGS);
  });

  it('is never everything because of a setting that has no effect', () => {
    for (const files of [['/a'], undefined])
      assert.equal(
        words(files, 'noWay'),
        `${OWN_SETTINGS} (strict: they still apply, there is no way to switch them off)`,
      );
  });

  it('says that it was started so that it asks for everything, and what is left', () => {
    assert.equal(words(['/a'], 'on'), 'everything, whatever its own settings allow (strict)');
    assert.equal(asksForWords('some tools', { files: [], strict: { kind: 'on' } }), 'some tools');
    assert.equal(
      asksForWords(OWN_SETTINGS, { files: ['/a'], strict: { kind: 'partly', still: 'not for x' } }),
      'everything, but not for x (strict)',
    );
  });
});
