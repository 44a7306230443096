import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ulidSource } from '../../../../src/base/ulid.ts';
import type { Rule, RuleMatch } from '../../../../src/permission/rule.ts';
import { RulesFile } from '../../../../src/storage/rules/rulesFile.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';
import { waitFor } from '../../../support/waitFor.ts';

const newId = ulidSource(Date.now);

function rule(rest: Partial<Rule> = {}): Rule {
  return {
    id: newId(),
    effect: 'allow',
    scope: 'global',
    match: { kind: 'exact', tool: 'execute', argsHash: 'a'.repeat(64), label: 'git status' },
    createdAt: 1_700_000_000_000,
    createdBy: { kind: 'person', surface: 'chat' },
    fromRequest: 'request',
    ...rest,
  };
}

describe('A file of rules', () => {
  let folder: string;
  let file: string;
  let opened: RulesFile[];

  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder, 'state', 'rules.json');
    opened = [];
  });

  afterEach(() => {
    for (const each of opened) each.dispose();
    removeFolder(folder);
  });

  const open = () => {
    const store = new RulesFile(file);
    opened.push(store);
    return store;
  };

  it('keeps every kind of rule as it is, readable for its owner only', async () => {
    const matches: readonly RuleMatch[] = [
      rule().match,
      { kind: 'command', tokens: ['pnpm', 'test'], files: { '/p/x.sh': 'b'.repeat(64) } },
      { kind: 'path', tool: 'edit', glob: 'src/**/*.ts' },
      { kind: 'url', origin: 'https://example.org', pathPrefix: '/docs' },
      { kind: 'mcp', server: 's', toolName: 't', where: { team: 'ENG', n: [1, null] } },
      { kind: 'mcp', server: 's', toolName: 't', serverHash: 'c', where: { team: 'ENG' } },
      { kind: 'exact', tool: 'mcp', argsHash: 'a'.repeat(64), label: 's: t', serverHash: 'c' },
    ];
    const rules = matches.map((match) => rule({ match }));
    const denied = rule({
      effect: 'deny',
      scope: 'workspace',
      workspaceFolder: '/p',
      agents: ['claude'],
      expiresAt: 1_800_000_000_000,
    });
    const store = open();
    for (const each of [...rules, denied]) await store.put(each);
    assert.deepEqual(await open().load(), { rules: [...rules, denied], problems: [] });
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path.dirname(file)), ['rules.json']);
  });

  it('forgets what was deleted', async () => {
    const store = open();
    const [first, second] = [rule(), rule()];
    await store.put(first);
    await store.put(second);
    await store.delete(first.id);
    assert.deepEqual((await open().load()).rules, [second]);
    assert.deepEqual(
      [await store.confirms([first]), await store.confirms([second])],
      [false, true],
    );
    assert.equal(await store.confirms([{ ...second, effect: 'deny' }]), false);
  });

  it('loses no change when many are made at once, by several users of the file', async () => {
    const stores = [open(), open(), open()];
    const rules = Array.from({ length: 24 }, () => rule());
    await Promise.all(rules.map((each, index) => stores[index % 3]?.put(each)));
    await Promise.all(rules.slice(0, 12).map((each, index) => stores[index % 2]?.delete(each.id)));
    const kept = (await open().load()).rules.map(({ id }) => id).sort();
    assert.deepEqual(
      kept,
      rules
        .slice(12)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('tells the others of a change, and not who made it', async () => {
    const [mine, theirs] = [open(), open()];
    await mine.put(rule());
    await Promise.all([mine.load(), theirs.load()]);
    let [here, there] = [0, 0];
    mine.onDidChange(() => here++);
    theirs.onDidChange(() => there++);
    await mine.put(rule());
    await waitFor(() => there > 0, 'news of the change');
    assert.equal(here, 0);
  });

  it('tells of the change of another also when it is noticed on another way, or when it writes itself', async () => {
    for (const noticed of [
      (store: RulesFile, gone: Rule) => store.confirms([gone]),
      (store: RulesFile) => store.put(rule()),
    ]) {
      const [mine, theirs] = [open(), open()];
      const gone = rule();
      await theirs.put(gone);
      await mine.load();
      let news = 0;
      mine.onDidChange(() => news++);
      await theirs.delete(gone.id);
      await noticed(mine, gone);
      await waitFor(() => news > 0, 'news of the change');
    }
  });

  it('confirms nothing while somebody else’s change is not loaded: it can be a rule that denies', async () => {
    const [mine, theirs] = [open(), open()];
    const allow = rule();
    await mine.put(allow);
    await mine.load();
    assert.equal(await mine.confirms([allow]), true);
    await theirs.put(rule({ effect: 'deny' }));
    assert.equal(await mine.confirms([allow]), false);
    // On top of it, a change of its own does not make the other one known.
    await mine.put(rule());
    assert.equal(await mine.confirms([allow]), false);
    await mine.load();
    assert.equal(await mine.confirms([allow]), true);
  });

  it('confirms what is kept also while another change of its own is on its way', async () => {
    const store = open();
    const kept = rule();
    await store.put(kept);
    for (let times = 0; times < 20; times++) {
      let isWriting = true;
      const written = store.put(rule()).finally(() => {
        isWriting = false;
      });
      while (isWriting) assert.equal(await store.confirms([kept]), true);
      await written;
    }
  });

  it('tells of a file that was broken and is again as it was', async () => {
    const store = open();
    await store.put(rule());
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, '{"rules":[');
    await assert.rejects(store.load(), /not a file of rules/);
    let news = 0;
    store.onDidChange(() => news++);
    writeFileSync(file, text);
    await waitFor(() => news > 0, 'news of the change');
    assert.equal((await store.load()).rules.length, 1);
  });

  it('hears of the first rule of another, also where there was no folder yet', async () => {
    const [mine, theirs] = [open(), open()];
    assert.deepEqual(await mine.load(), { rules: [], problems: [] });
    let news = 0;
    mine.onDidChange(() => news++);
    await theirs.put(rule());
    await waitFor(() => news > 0, 'news of the change');
  });

  it('sets a broken record aside, names it, keeps it in the file, and the others work', async () => {
    const good = rule();
    const broken: readonly [unknown, RegExp][] = [
      ['text', /Rule 2 in .*rules\.json/],
      [{ ...rule(), id: 'BAD', effect: 'permit' }, /Rule 3 \(BAD\)/],
      [rule({ match: { kind: 'command', tokens: [] } }), /tool|program|word/i],
      [rule({ match: { kind: 'path', tool: 'edit', glob: '**' } }), /./],
      [rule({ match: { kind: 'mcp', server: 's', toolName: 't', where: {} } }), /every call of t/],
      [{ ...rule(), unlessCalledBy: 'x' }, /unlessCalledBy/],
      [{ ...rule(), scope: 'workspace' }, /workspaceFolder/],
      [{ ...rule(), scope: 'session', sessionKey: 's' }, /session/],
      [{ ...good }, /same id/],
      [{ ...rule(), expiresAt: 'tomorrow' }, /expiresAt/],
      [{ ...rule(), createdBy: { kind: 'rule', id: 'x', scope: 'global' } }, /createdBy/],
    ];
    const store = open();
    await store.put(good);
    writeFileSync(file, JSON.stringify({ rules: [good, ...broken.map(([record]) => record)] }));
    const { rules, problems } = await store.load();
    assert.deepEqual(rules, [good]);
    assert.equal(problems.length, broken.length);
    for (const [index, [, words]] of broken.entries()) {
      const problem = problems[index];
      assert.match(`${problem?.where}: ${problem?.reason}`, words);
    }
    await store.put(rule());
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).rules.length, broken.length + 2);
  });

  it('that is no list of rules is refused as a whole, and not written over', async () => {
    for (const text of ['', '[]', '{"rules":{}}', '{"rules":[', 'rules']) {
      await open().put(rule());
      writeFileSync(file, text);
      await assert.rejects(open().load(), /not a file of rules/);
      await assert.rejects(open().put(rule()), /not a file of rules/);
      assert.equal(readFileSync(file, 'utf8'), text);
      writeFileSync(file, '{"rules":[]}');
    }
  });

  it('that cannot be read or written rejects', async () => {
    mkdirSync(file, { recursive: true });
    await assert.rejects(open().load(), /EISDIR/);
    await assert.rejects(open().put(rule()), /EISDIR/);
  });

  it('is not locked for ever by a process that died', async () => {
    await open().put(rule());
    const lock = `${file}.lock`;
    writeFileSync(lock, 'of a dead process');
    utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    await open().put(rule());
    assert.equal((await open().load()).rules.length, 2);
    assert.deepEqual(readdirSync(path.dirname(file)), ['rules.json']);
  });
});
