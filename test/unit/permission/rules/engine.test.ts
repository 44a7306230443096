import assert from 'node:assert/strict';
import { type Action, argsHash } from '../../../../src/permission/action.ts';
import { RuleEngine } from '../../../../src/permission/match/engine.ts';
import { RuleSet } from '../../../../src/permission/match/ruleSet.ts';
import { validateMatch } from '../../../../src/permission/match/validate.ts';
import type { Rule, RuleMatch, Verdict } from '../../../../src/permission/rule.ts';
import { execute } from '../../../support/builders.ts';
import { CONTEXT, engineOn, FakeDisk, judge, loadGrammar, ruleFor } from './engineUnderTest.ts';

const exact = (action: Action, rest: Partial<Rule> = {}) =>
  ruleFor({ kind: 'exact', tool: action.tool, argsHash: argsHash(action), label: 'x' }, rest);
const command = (tokens: string, rest: Partial<Rule> = {}) =>
  ruleFor({ kind: 'command', tokens: tokens.split(' ') }, rest);
const denied = { effect: 'deny' } as const;

describe('The rule engine', () => {
  const test = execute('pnpm test');

  it('lets deny beat allow, whatever the kind and the order', async () => {
    for (const rules of [
      [exact(test), exact(test, denied)],
      [exact(test), command('pnpm', denied)],
      [command('pnpm test'), exact(test, denied)],
      [command('pnpm test', denied), command('pnpm test')],
    ])
      assert.equal((await judge(test, rules)).verdict, 'deny');
  });

  it('leaves out rules that have expired, or are for another agent or session', async () => {
    const cases: [Partial<Rule>, string][] = [
      [{ expiresAt: 1001 }, 'allow'],
      [{ expiresAt: 1000 }, 'ask'],
      [{ agents: ['claude'] }, 'allow'],
      [{ agents: ['codex'] }, 'ask'],
      [{ agents: [] }, 'ask'],
      [{ scope: 'session', sessionKey: 'session-1' }, 'allow'],
      [{ scope: 'session', sessionKey: 'session-2' }, 'ask'],
      [{ scope: 'session' }, 'ask'],
    ];
    for (const [rest, verdict] of cases) {
      assert.equal((await judge(test, [exact(test, rest)])).verdict, verdict);
      assert.equal((await judge(test, [command('pnpm test', rest)])).verdict, verdict);
    }
    const context = { ...CONTEXT, reaches: () => false };
    assert.equal((await judge(test, [exact(test)], context)).verdict, 'ask');
  });

  it('answers at once, without the grammar, where no pattern has to be tried', async () => {
    let loads = 0;
    const engine = new RuleEngine({
      files: new FakeDisk(),
      loadGrammar: () => {
        loads++;
        return loadGrammar();
      },
    });
    const call = (action: Action) => ({ action, argsHash: argsHash(action) });
    const quick = (action: Action, rules: Rule[]) =>
      engine.quick(call(action), CONTEXT, new RuleSet(rules))?.verdict;
    assert.equal(quick(test, []), 'ask');
    assert.equal(quick(test, [exact(test)]), 'allow');
    assert.equal(quick(test, [exact(test), command('git log')]), 'allow');
    assert.equal(quick(test, [exact(test, denied), command('git log')]), 'deny');
    assert.equal(quick(test, [command('git log')]), undefined);
    assert.equal(quick(test, [exact(test), command('git log', denied)]), undefined);
    await engine.judge(call(test), CONTEXT, new RuleSet([command('git log')]));
    assert.equal(loads, 0, 'no rule for this program');
    await engine.judge(call(test), CONTEXT, new RuleSet([command('pnpm test')]));
    await engine.judge(call(test), CONTEXT, new RuleSet([command('pnpm test')]));
    assert.equal(loads, 1);
  });

  it('asks where the folder is unknown or outside, or the call reaches further', async () => {
    const rules = [command('ls')];
    const { cwd: _, ...nowhere } = execute('ls');
    const others: Action[] = [
      nowhere,
      execute('ls', { cwd: '/elsewhere' }),
      execute('ls', { cwd: '../app2' }),
      execute('ls', { cwd: 'src/out' }),
      execute('ls', { widened: { sandbox: 'off' } }),
      execute('ls', { unclassified: { x: 1 } }),
      execute('ls', { incomplete: true }),
    ];
    const disk = new FakeDisk();
    disk.links.set('/ws/app/src/out', '/etc');
    for (const action of others)
      assert.equal((await judge(action, rules, CONTEXT, engineOn(disk))).verdict, 'ask');
    assert.equal((await judge(execute('ls', { cwd: 'src' }), rules)).verdict, 'allow');
  });

  it('asks where its two readers of shell find different words', async () => {
    const verdict = await judge(execute('ls >/dev/null -la'), [command('ls')]);
    assert.deepEqual(
      [verdict.verdict, verdict.why],
      ['ask', 'It holds what shells may read differently, so only an exact rule can answer it.'],
    );
  });

  it('follows cd inside the workspace, but asks for git in another folder', async () => {
    const rules = [command('cd'), command('git log'), command('ls')];
    const verdicts = {
      'cd src && ls': 'allow',
      'cd /ws/app/src && ls': 'allow',
      'cd /ws/app && git log': 'allow',
      'cd src && git log': 'ask',
      'cd src && cd .. && git log': 'ask',
      'cd /ws && ls': 'ask',
      'cd /ws/app/../x && ls': 'ask',
      'cd src || ls': 'ask',
      'cd - && ls': 'ask',
    };
    for (const [text, verdict] of Object.entries(verdicts))
      assert.equal((await judge(execute(text), rules)).verdict, verdict, text);
  });

  it('has only exact rules for PowerShell and cmd', async () => {
    for (const shell of ['powershell', 'cmd'] as const) {
      const context = { ...CONTEXT, shell };
      assert.equal((await judge(test, [command('pnpm test')], context)).verdict, 'ask');
      assert.equal((await judge(test, [exact(test)], context)).verdict, 'allow');
    }
  });

  it('denies what shows anywhere in a command, however it is wrapped or written', async () => {
    const rules = [
      command('ls'),
      command('rm', denied),
      command('git push', denied),
      command('env'),
    ];
    for (const text of [
      'rm x',
      'ls; rm x',
      '/bin/rm x',
      "r'm' x",
      'r\\m x',
      'RM x',
      'ls && sudo rm x',
      'env A=b rm x',
      'timeout 5 rm x',
      'ls | xargs rm',
      'ls | xargs -n1 rm -f',
      'sh -c "ls; rm x"',
      'bash -lc "rm x"',
      'find . -exec rm {} +',
      'echo $(rm x)',
      'if ls; then rm x; fi',
      '(rm x)',
      'A=b rm x',
      'rm x &',
      'git push',
      'git -C x push',
      'git --no-pager push origin',
      'eval "rm x"',
      'rm "',
      'rm$IFS-rf$IFS/',
      'r\\\nm x',
      '>f rm x',
      'ls; 2>/dev/null rm x',
    ])
      assert.equal((await judge(execute(text), rules)).verdict, 'deny', text);
    const options = [command('rm -rf', denied), command('rm')];
    for (const text of ['rm -r -f x', 'rm -fr x', 'rm x -rf'])
      assert.equal((await judge(execute(text), options)).verdict, 'deny', text);
    assert.equal((await judge(execute('ls rm'), rules)).verdict, 'allow');
    assert.equal(
      (await judge(execute('grep "rm x" f'), [command('grep'), ...rules])).verdict,
      'allow',
    );
  });

  it('says which rule covers each part, and which part none covers', async () => {
    const ls = command('ls');
    const verdict = await judge(execute('ls -la; rm x'), [ls]);
    assert.deepEqual(
      [
        verdict.verdict,
        verdict.parts.map(({ text, verdict: each, rule }) => [text, each, rule?.id]),
      ],
      [
        'ask',
        [
          ['ls -la', 'allow', ls.id],
          ['rm x', 'ask', undefined],
        ],
      ],
    );
    assert.match(verdict.why, /No rule covers "rm x"/);
    const near = await judge(execute('git log --output=x'), [command('git log')]);
    assert.match(near.why, /"git log".*does not cover "--output=x"/);
  });

  it('binds a rule for a script to what the script holds', async () => {
    const disk = new FakeDisk();
    const engine = engineOn(disk);
    const patterns: [string, string][] = [
      ['sh build.sh', 'sh build.sh --fast'],
      ['./build.sh', './build.sh'],
      ['node build.sh', 'node build.sh'],
    ];
    for (const [pattern, text] of patterns) {
      disk.files.set('/ws/app/build.sh', 'hash-1');
      const action = execute(text);
      const call = { action, argsHash: argsHash(action) };
      for (const match of [command(pattern).match, exact(action).match]) {
        assert.equal((await judge(action, [ruleFor(match)], CONTEXT, engine)).verdict, 'ask', text);
        const bound = await engine.bound(match, call, CONTEXT);
        assert.ok(bound.ok);
        const rules = [ruleFor(bound.value)];
        const verdict = async (other = action) =>
          (await judge(other, rules, CONTEXT, engine)).verdict;
        assert.equal(await verdict(), 'allow', text);
        assert.equal(await verdict(execute(text, { cwd: 'src' })), 'ask');
        disk.files.set('/ws/app/build.sh', 'hash-2');
        assert.equal(await verdict(), 'ask', 'changed');
        disk.files.delete('/ws/app/build.sh');
        assert.equal(await verdict(), 'ask', 'gone');
        assert.equal((await engine.bound(match, call, CONTEXT)).ok, false);
        disk.files.set('/ws/app/build.sh', 'hash-1');
      }
    }
  });

  it('knows the options of a build tool behind the wrapper that a project keeps for it', async () => {
    const disk = new FakeDisk();
    const engine = engineOn(disk);
    const calls: [string, string, Verdict['verdict']][] = [
      ['./gradlew test', './gradlew test --info --tests A', 'allow'],
      ['./gradlew test', './gradlew test -Ievil.gradle', 'ask'],
      ['./gradlew test', './gradlew test --scan', 'ask'],
      ['./mvnw test', './mvnw test -q -Dtest=A', 'allow'],
      ['./mvnw test', './mvnw test -fevil.xml', 'ask'],
    ];
    for (const [pattern, text, expected] of calls) {
      disk.files.set(`/ws/app/${pattern.slice(2, -5)}`, 'hash');
      const action = execute(text);
      const call = { action, argsHash: argsHash(action) };
      const bound = await engine.bound(command(pattern).match, call, CONTEXT);
      assert.ok(bound.ok);
      const { verdict } = await judge(action, [ruleFor(bound.value)], CONTEXT, engine);
      assert.equal(verdict, expected, text);
    }
  });
});

describe('What a rule may match', () => {
  const problem = (match: RuleMatch) => {
    const result = validateMatch(match);
    return result.ok ? undefined : result.error.at;
  };

  it('is never a tool alone', () => {
    const cases: [RuleMatch, string | undefined][] = [
      [{ kind: 'command', tokens: [] }, 'command'],
      [{ kind: 'command', tokens: [''] }, 'command[0]'],
      [{ kind: 'command', tokens: ['*'] }, 'command[0]'],
      [{ kind: 'command', tokens: ['git log'] }, 'command[0]'],
      [{ kind: 'command', tokens: ['git', 'a\nb'] }, 'command[1]'],
      [{ kind: 'command', tokens: ['git', 'log'] }, undefined],
      ...[
        '',
        '**',
        '*',
        '**/*',
        './**',
        '*.*',
        '{*,**}',
        '{**,x}',
        '@(*|x)/**',
        '{src,{a,*}}/**',
        '!(x)/**',
        '*/!(x)/**',
        '**/*[a-z]',
        '?*',
        '/etc/**',
        '../x',
        '~/x',
        '!src',
        'src/[',
        'C:\\x',
      ].map((glob): [RuleMatch, string] => [{ kind: 'path', tool: 'edit', glob }, 'path.glob']),
      [{ kind: 'path', tool: 'edit', glob: 'src/**/*.ts' }, undefined],
      [{ kind: 'path', tool: 'read', glob: '**/*.md' }, undefined],
      [{ kind: 'path', tool: 'read', glob: '{src,test}/**/*.{ts,tsx}' }, undefined],
      ...[
        '',
        '*',
        'a.example',
        'https://',
        'https://*.example',
        'file:///x',
        'https://a.example/',
        'https://u@a.example',
      ].map((origin): [RuleMatch, string] => [{ kind: 'url', origin }, 'url.origin']),
      [{ kind: 'url', origin: 'https://a.example', pathPrefix: 'docs' }, 'url.pathPrefix'],
      [{ kind: 'url', origin: 'https://a.example', pathPrefix: '/*' }, 'url.pathPrefix'],
      [{ kind: 'url', origin: 'http://localhost:3000' }, undefined],
      [{ kind: 'mcp', server: 's', toolName: 't', where: {} }, 'mcp.where'],
      [{ kind: 'mcp', server: '', toolName: 't', where: { a: 1 } }, 'mcp'],
      [{ kind: 'exact', tool: 'execute', argsHash: '', label: '' }, 'exact.argsHash'],
    ];
    for (const [match, at] of cases) assert.equal(problem(match), at, JSON.stringify(match));
  });
});

describe('Suggested patterns', () => {
  const offered = async (action: Action) =>
    (await engineOn(new FakeDisk()).suggestions({ action }, CONTEXT)).map(({ id }) => id);

  it('are narrower than the tool, at most two', async () => {
    assert.deepEqual(await offered(execute('pnpm test')), ['command:pnpm test']);
    assert.deepEqual(await offered(execute('pnpm run build --watch')), ['command:pnpm run build']);
    assert.deepEqual(await offered(execute('git log --oneline -5')), [
      'command:git log --oneline',
      'command:git log',
    ]);
    const path = '/ws/app/src/deep/a.ts';
    assert.deepEqual(await offered({ tool: 'read', path }), [
      'path:read src/deep/a.ts',
      'path:read src/deep/**',
    ]);
    assert.deepEqual(await offered({ tool: 'fetch', url: 'https://a.example/docs/x' }), [
      'url:https://a.example/docs',
      'url:https://a.example',
    ]);
  });

  it('are not made where a careful person would have to think', async () => {
    for (const text of [
      'rm -rf x',
      'curl https://a.example',
      'git push',
      'git push origin main',
      'sudo ls',
      'npx tsc',
      'pnpm dlx x',
      'npm install x',
      'bash -c ls',
      'eval ls',
      'env ls',
      'python x.py',
      'node x.js',
      './build.sh',
      'ls | xargs rm',
      'git log; rm x',
      'ls $(x)',
      'ls > x',
      'rg x *',
      'docker exec x y',
      'git -c a=b log',
      'git log --output=x',
      'unknown thing',
      'cat .ssh/id_rsa',
      'ls "',
      '',
    ])
      assert.deepEqual(await offered(execute(text)), [], text);
    assert.deepEqual(await offered(execute('ls', { widened: { x: 1 } })), []);
    assert.deepEqual(await offered({ tool: 'delete', path: '/ws/app/a' }), []);
    assert.deepEqual(await offered({ tool: 'fetch', url: 'https://u@a.example/' }), []);
  });
});
