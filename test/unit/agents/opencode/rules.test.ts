import assert from 'node:assert/strict';
import {
  gatePlan,
  permissionSetting,
  type Settings,
} from '../../../../src/agents/opencode/gate.ts';
import {
  asking,
  asSetting,
  fromSetting,
  type NativeRule,
  readRules,
  unasked,
} from '../../../../src/agents/opencode/rules.ts';

const rule = (permission: string, pattern: string, action: NativeRule['action']): NativeRule => ({
  permission,
  pattern,
  action,
});
const ALL = rule('*', '*', 'allow');

/** As OpenCode does: of all rules that match, the last one counts. */
function decides(rules: readonly NativeRule[], permission: string, pattern: string) {
  const matches = (glob: string, text: string) =>
    new RegExp(`^${glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);
  return rules.findLast(
    (each) => matches(each.permission, permission) && matches(each.pattern, pattern),
  )?.action;
}

describe('Rules for OpenCode', () => {
  it('ask for what would be let through, but not for reading', () => {
    const rules = asking([ALL, rule('external_directory', '/data/*', 'allow')]);
    const of = (permission: string, pattern = 'x') => decides(rules, permission, pattern);
    assert.deepEqual(
      ['bash', 'edit', 'webfetch', 'websearch', 'github_create_issue', 'new_tool'].map((p) =>
        of(p),
      ),
      ['ask', 'ask', 'ask', 'ask', 'ask', 'ask'],
    );
    assert.deepEqual(
      ['read', 'glob', 'grep', 'list', 'todowrite', 'task'].map((p) => of(p)),
      ['allow', 'allow', 'allow', 'allow', 'allow', 'allow'],
    );
    assert.deepEqual(
      [of('read', '.env'), of('read', '.env.local'), of('read', '.env.example')],
      ['ask', 'ask', 'allow'],
    );
    assert.deepEqual(unasked(rules), []);
  });

  it('loosen nothing that is denied or asks', () => {
    const rules = asking([
      ALL,
      rule('read', 'secrets/*', 'deny'),
      rule('task', '*', 'ask'),
      rule('bash', '*', 'allow'),
      rule('bash', 'rm *', 'deny'),
      rule('edit', '*', 'deny'),
      rule('grep', '*', 'deny'),
    ]);
    assert.deepEqual(
      [
        ['read', 'secrets/key'],
        ['task', 'general'],
        ['bash', 'rm -rf x'],
        ['bash', 'ls'],
        ['edit', 'a.ts'],
        ['grep', 'x'],
      ].map(([permission = '', pattern = '']) => decides(rules, permission, pattern)),
      ['deny', 'ask', 'deny', 'ask', 'deny', 'deny'],
    );
    assert.equal(decides(asking([ALL, rule('*', '*', 'deny')]), 'read', 'x'), 'deny');
  });

  it('find what is still let through', () => {
    assert.deepEqual(unasked([ALL]), [ALL]);
    assert.deepEqual(unasked([ALL, rule('*', '*', 'ask')]), []);
    const git = rule('bash', 'git *', 'allow');
    assert.deepEqual(unasked([rule('*', '*', 'ask'), git]), [git]);
    assert.deepEqual(unasked([rule('*', '*', 'ask'), git, rule('bash', '*', 'ask')]), []);
    const mcp = rule('my_*', '*', 'allow');
    assert.deepEqual(unasked([rule('*', '*', 'ask'), mcp]), [mcp]);
  });

  it('are read from every form of the setting, wildcards first', () => {
    assert.deepEqual(fromSetting('allow'), [ALL]);
    assert.deepEqual(fromSetting(undefined), []);
    assert.deepEqual(
      fromSetting({ bash: { 'git *': 'allow', '*': 'ask' }, '*': 'allow', edit: 'no' }),
      [ALL, rule('bash', 'git *', 'allow'), rule('bash', '*', 'ask')],
    );
  });

  it('are written so that the last word stays the last', () => {
    const rules = [rule('*', '*', 'ask'), rule('read', '*', 'deny'), rule('read', 'a', 'ask')];
    assert.deepEqual(asSetting([...rules, rule('read', '*', 'allow')]), {
      '*': 'ask',
      read: { a: 'ask', '*': 'allow' },
    });
    assert.deepEqual(Object.keys(asSetting(rules)), ['*', 'read']);
  });

  it('are not guessed when one of them cannot be read', () => {
    assert.equal(
      readRules([ALL, { permission: 'bash', pattern: '*', action: 'maybe' }]),
      undefined,
    );
  });
});

const build = { name: 'build', isSubAgent: false, isHidden: false };
const general = { name: 'general', isSubAgent: true, isHidden: false };

function settings(more: Partial<Settings> = {}): Settings {
  const agents = [
    { ...build, rules: [ALL] },
    { ...general, rules: [ALL, rule('*', '*', 'ask')] },
  ];
  return { config: {}, agents, tools: ['bash', 'read', 'task'], ...more };
}

describe('The gate of OpenCode', () => {
  it('asks in the session and, by the setting, in sub-agents', () => {
    const plan = gatePlan(settings(), settings());
    assert.equal(plan.mainAgent, 'build');
    assert.equal(decides(plan.rules, 'bash', 'ls'), 'ask');
    assert.equal(decides(plan.rules, 'question', '*'), 'deny');
    assert.deepEqual(plan.notices, []);
    const setting = fromSetting(JSON.parse(permissionSetting(settings())));
    assert.deepEqual(unasked(setting), []);
  });

  it('keeps what the settings deny, in sub-agents as well', () => {
    const config = { permission: { bash: { '*': 'allow', 'rm *': 'deny' }, edit: 'deny' } };
    const setting = fromSetting(JSON.parse(permissionSetting(settings({ config }))));
    assert.deepEqual(
      [
        decides(setting, 'bash', 'rm x'),
        decides(setting, 'bash', 'ls'),
        decides(setting, 'edit', 'a'),
      ],
      ['deny', 'ask', 'deny'],
    );
  });

  it('switches off what cannot be made to ask, and says so', () => {
    const agents = [
      { ...build, rules: [ALL] },
      { ...general, rules: [rule('*', '*', 'ask'), rule('bash', '*', 'allow')] },
    ];
    const plan = gatePlan(settings(), settings({ agents, tools: ['bash', 'deploy'] }));
    assert.equal(decides(plan.rules, 'task', 'general'), 'deny');
    assert.equal(decides(plan.rules, 'task', 'explore'), 'allow');
    assert.equal(decides(plan.rules, 'deploy', '*'), 'deny');
    assert.equal(plan.notices.length, 2);
    const primary = { experimental: { primary_tools: ['bash'] } };
    const other = gatePlan(settings(), settings({ config: primary }));
    assert.equal(decides(other.rules, 'task', 'explore'), 'deny');
  });

  it('refuses when nobody knows what is let through', () => {
    for (const agents of [[], [{ ...general, rules: [ALL] }]])
      assert.throws(() => gatePlan(settings({ agents }), settings()), { code: 'agentNotGated' });
    const loose = [{ ...build, rules: [rule('bash', '*', 'allow')] }];
    const own = settings({ agents: [{ ...build, rules: [rule('edit', '*', 'ask')] }] });
    assert.throws(() => gatePlan(own, settings({ agents: loose })), { code: 'agentNotGated' });
  });

  it('prompts the agent that the settings choose', () => {
    const plan = { ...build, name: 'plan', rules: [ALL, rule('edit', '*', 'deny')] };
    const agents = [{ ...build, rules: [ALL] }, plan];
    const chosen = settings({ agents, config: { default_agent: 'plan' } });
    const made = gatePlan(chosen, chosen);
    assert.equal(made.mainAgent, 'plan');
    assert.equal(decides(made.rules, 'edit', 'a.ts'), 'deny');
  });
});
