import assert from 'node:assert/strict';
import { type Action, argsHash } from '../../../../src/permission/action.ts';
import type { RuleMatch } from '../../../../src/permission/rule.ts';
import { CONTEXT, engineOn, FakeDisk, judge, judgeOn, ruleFor } from './engineUnderTest.ts';

const allow = (match: RuleMatch) => [ruleFor(match)];
const deny = (match: RuleMatch) => [ruleFor(match, { effect: 'deny' })];
const edit = (path: string): Action => ({
  tool: 'edit',
  path,
  change: { kind: 'patch', diff: '+x' },
});

describe('Path patterns', () => {
  const src: RuleMatch = { kind: 'path', tool: 'edit', glob: 'src/**' };
  const disk = new FakeDisk();
  disk.links.set('/ws/app/src/out', '/etc');
  disk.links.set('/ws/app/src/in', '/ws/app/lib');
  disk.links.set('/ws/app/src/same', '/ws/app/src/real');
  disk.links.set('/ws/app/link', '/ws/app/src');
  disk.links.set('/ws/app/src/hooks', '/ws/app/.git/hooks');
  const engine = engineOn(disk);
  const verdict = async (action: Action, rules: ReturnType<typeof allow>) =>
    (await judge(action, rules, CONTEXT, engine)).verdict;

  it('allow what is inside, by its name and by where it really is', async () => {
    for (const path of ['/ws/app/src/a.ts', '/ws/app/src/new/deep/a.ts', 'src/a.ts'])
      assert.equal(await verdict(edit(path), allow(src)), 'allow', path);
    assert.equal(await verdict(edit('/ws/app/src/same/a'), allow(src)), 'allow');
  });

  it('ask for what leaves through links, "..", other spellings or hidden names', async () => {
    for (const path of [
      '/ws/app/lib/a.ts',
      '/ws/app/src/../lib/a.ts',
      '/ws/app/src/../../other/a.ts',
      '/x/../../etc/passwd',
      '/ws/app/src/out/passwd',
      '/ws/app/src/out',
      '/ws/app/src/in/a.ts',
      '/ws/app/link/a.ts',
      '/ws/app/src/hooks/pre-commit',
      '/ws/application/src/a.ts',
      '/ws/app/SRC/a.ts',
      '/ws/app/src/.env',
      '/ws/app/src/a\u0000.ts',
      '/ws/app/src/a\n.ts',
      '/ws/app/src',
      '/ws/app/.vscode/settings.json',
      '/ws/app/src/.claude/settings.json',
      '',
    ])
      assert.equal(await verdict(edit(path), allow(src)), 'ask', path);
  });

  it('ask for another tool, more than the words say, or a change that nobody saw', async () => {
    const path = '/ws/app/src/a.ts';
    const cases: Action[] = [
      { tool: 'delete', path },
      { tool: 'read', path },
      { tool: 'edit', path, change: { kind: 'write', newText: '' } },
      { tool: 'edit', path, change: { kind: 'unseen' } },
      { tool: 'move', from: path, to: '/ws/app/src/b.ts' },
      { ...edit(path), widened: { grantRoot: '/' } },
      { ...edit(path), unclassified: { x: 1 } },
      { ...edit(path), incomplete: true },
    ];
    for (const action of cases) assert.equal(await verdict(action, allow(src)), 'ask');
    const write: RuleMatch = { ...src, tool: 'write' };
    assert.equal(await verdict(edit(path), allow(write)), 'allow');
  });

  it('deny by either the name or the real place, whatever is allowed', async () => {
    const rules = [
      ...allow({ kind: 'path', tool: 'edit', glob: '**/*.ts' }),
      ...deny({ kind: 'path', tool: 'edit', glob: 'lib/**' }),
      ...deny({ kind: 'path', tool: 'edit', glob: 'link/**' }),
    ];
    for (const path of [
      '/ws/app/lib/a.ts',
      '/ws/app/LIB/a.ts',
      '/ws/app/src/in/a.ts',
      '/ws/app/link/a.ts',
      '/ws/app/src/../lib/.a.ts',
    ])
      assert.equal(await verdict(edit(path), rules), 'deny', path);
    assert.equal(await verdict(edit('/ws/app/x/a.ts'), rules), 'allow');
    const moved: Action = { tool: 'move', from: '/ws/app/x', to: '/ws/app/lib/x' };
    assert.equal(
      await verdict(moved, deny({ kind: 'path', tool: 'write', glob: 'lib/**' })),
      'deny',
    );
  });

  it('read Windows paths as Windows does', async () => {
    const context = { ...CONTEXT, workspaceFolder: 'C:\\ws\\app' };
    const same = engineOn({ realPath: async (path) => path, hash: async () => undefined });
    const on = async (path: string) => (await judge(edit(path), allow(src), context, same)).verdict;
    assert.equal(await on('C:\\ws\\app\\src\\a.ts'), 'allow');
    assert.equal(await on('c:/ws/APP/src/a.ts'), 'allow');
    for (const path of [
      'C:\\ws\\app\\src\\..\\lib\\a.ts',
      'C:\\ws\\app\\src\\a.ts.',
      'C:\\ws\\app\\src\\a.ts ',
      'C:\\ws\\app\\src\\a.ts:stream1',
      'D:\\ws\\app\\src\\a.ts',
      'C:src\\a.ts',
      '\\ws\\app\\src\\a.ts',
    ])
      assert.equal(await on(path), 'ask', path);
  });
});

describe('Address patterns', () => {
  const docs: RuleMatch = { kind: 'url', origin: 'https://a.example', pathPrefix: '/docs' };
  const get = (url: string, method?: string): Action => ({
    tool: 'fetch',
    url,
    ...(method && { method }),
  });

  it('allow reading below the prefix, by whole segments', async () => {
    for (const url of [
      'https://a.example/docs',
      'https://a.example/docs/',
      'https://a.example/docs/x?y=1#z',
      'https://A.example:443/docs/x',
      'HTTPS://a.example/docs',
    ])
      assert.equal((await judge(get(url), allow(docs))).verdict, 'allow', url);
    assert.equal(
      (await judge(get('https://a.example/docs', 'HEAD'), allow(docs))).verdict,
      'allow',
    );
  });

  it('ask for any other address, however close it looks', async () => {
    for (const url of [
      'https://a.example/docs2',
      'https://a.example/',
      'https://a.example/docs/../x',
      'https://a.example/docs/%2e%2e/x',
      'https://a.example/docs/.%2E/x',
      'https://a.example/docs/%2f../x',
      'https://a.example/docs%2fx',
      'https://a.example/docs//x',
      'https://a.example/docs/..;/x',
      'https://a.example/docs/%252e%252e/x',
      'http://a.example/docs',
      'https://a.example:8443/docs',
      'https://a.example.evil.example/docs',
      'https://evil.example/https://a.example/docs',
      'https://a.example@evil.example/docs',
      'https://user:secret@a.example/docs',
      'https://a.example\\@evil.example/docs',
      'https:\\\\a.example\\docs',
      'https://evil.example\\.a.example/docs',
      'https://а.example/docs',
      'https://a。example/docs',
      'https://a.example/docs\n/x',
      ' https://a.example/docs',
      'https://a.example/do\tcs',
      'https:a.example/docs',
      'https://%61.example/docs',
      'https://a%2eexample/docs',
      '//a.example/docs',
      'file:///docs',
      'javascript:alert(1)',
      'a.example/docs',
      '',
    ])
      assert.equal((await judge(get(url), allow(docs))).verdict, 'ask', url);
  });

  it('ask for what does more than read, and deny generously', async () => {
    const url = 'https://a.example/docs/x';
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET ', ''])
      if (method) assert.equal((await judge(get(url, method), allow(docs))).verdict, 'ask', method);
    const both = [...allow(docs), ...deny({ kind: 'url', origin: 'https://a.example' })];
    assert.equal((await judge(get(url), both)).verdict, 'deny');
    assert.equal((await judge(get('https://u@a.example/y', 'POST'), both)).verdict, 'deny');
    assert.equal((await judge(get('https://a.example./y'), both)).verdict, 'deny');
  });
});

describe('MCP patterns', () => {
  const known = 'a'.repeat(64);
  const match = {
    kind: 'mcp',
    server: 'tracker',
    toolName: 'get_issue',
    serverHash: known,
    where: { repo: 'x/y', options: { deep: [1, 'b'] } },
  } as const satisfies RuleMatch;
  const call = {
    tool: 'mcp',
    server: 'tracker',
    toolName: 'get_issue',
    arguments: { number: 7, options: { deep: [1, 'b'] }, repo: 'x/y' },
  } as const satisfies Action;

  it('allow the same server and the same values, whatever else is given', async () => {
    assert.equal((await judgeOn(known, call, allow(match))).verdict, 'allow');
  });

  it('ask for another server of the same name, and where the server is not known', async () => {
    const { serverHash: _, ...unbound } = match;
    const swapped = await judgeOn('b'.repeat(64), call, allow(match));
    assert.equal(swapped.verdict, 'ask');
    assert.equal(
      swapped.why,
      'The MCP server "tracker" is not the one that the rule was made for.',
    );
    assert.equal((await judgeOn(undefined, call, allow(match))).verdict, 'ask');
    assert.equal((await judgeOn(known, call, allow(unbound))).verdict, 'ask');
    assert.equal((await judgeOn(undefined, call, allow(unbound))).verdict, 'ask');
    for (const hash of [known, 'b'.repeat(64), undefined])
      assert.equal((await judgeOn(hash, call, deny(match))).verdict, 'deny');
  });

  it('ask for another value, type, depth or name', async () => {
    const others = [
      { repo: 'x/z', options: { deep: [1, 'b'] } },
      { repo: 'x/y', options: { deep: ['1', 'b'] } },
      { repo: 'x/y', options: { deep: [1] } },
      { repo: 'x/y', options: { deep: [1, 'b'], more: 1 } },
      { repo: ['x/y'], options: { deep: [1, 'b'] } },
      { options: { deep: [1, 'b'] } },
      { Repo: 'x/y', options: { deep: [1, 'b'] } },
      {},
    ];
    for (const given of others)
      assert.equal(
        (await judgeOn(known, { ...call, arguments: given }, allow(match))).verdict,
        'ask',
      );
    for (const other of [{ server: 'Tracker' }, { toolName: 'get_issues' }])
      assert.equal((await judgeOn(known, { ...call, ...other }, allow(match))).verdict, 'ask');
    const inherited: RuleMatch = { ...match, where: { toString: 'x' } };
    assert.equal((await judgeOn(known, call, allow(inherited))).verdict, 'ask');
  });
});

describe('Exact rules for MCP calls', () => {
  const call = {
    tool: 'mcp',
    server: 'tracker',
    toolName: 'get_issue',
    arguments: { number: 7 },
  } as const satisfies Action;
  const exact = (serverHash?: string): RuleMatch => ({
    kind: 'exact',
    tool: 'mcp',
    argsHash: argsHash(call),
    label: 'tracker: get_issue',
    ...(serverHash !== undefined && { serverHash }),
  });
  const known = 'a'.repeat(64);
  const other = 'b'.repeat(64);

  it('allow only the server that they were made for, known or not', async () => {
    const verdicts = async (match: RuleMatch) =>
      Promise.all(
        [known, other, undefined].map(
          async (hash) => (await judgeOn(hash, call, allow(match))).verdict,
        ),
      );
    assert.deepEqual(await verdicts(exact(known)), ['allow', 'ask', 'ask']);
    assert.deepEqual(await verdicts(exact()), ['ask', 'ask', 'allow']);
  });

  it('say why they do not answer, also beside patterns that do not fit', async () => {
    const elsewhere: RuleMatch = {
      kind: 'mcp',
      server: 'tracker',
      toolName: 'get_issue',
      serverHash: other,
      where: { number: 8 },
    };
    const swapped = 'The MCP server "tracker" is not the one that the rule was made for.';
    assert.equal((await judgeOn(other, call, allow(exact(known)))).why, swapped);
    const both = [...allow(exact(known)), ...allow(elsewhere)];
    const { verdict, why } = await judgeOn(other, call, both);
    assert.deepEqual([verdict, why], ['ask', swapped]);
  });

  it('deny any server of that name', async () => {
    for (const hash of [known, other, undefined])
      for (const bound of [known, undefined])
        assert.equal((await judgeOn(hash, call, deny(exact(bound)))).verdict, 'deny');
  });

  it('of two servers of one name answer each for its own', async () => {
    const both = [...allow(exact(known)), ...allow(exact(other))];
    for (const hash of [known, other])
      assert.equal((await judgeOn(hash, call, both)).verdict, 'allow');
    assert.equal((await judgeOn('c'.repeat(64), call, both)).verdict, 'ask');
  });
});
