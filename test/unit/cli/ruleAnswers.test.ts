import assert from 'node:assert/strict';
import { Dialog } from '../../../src/cli/dialog.ts';
import { terminalStyle } from '../../../src/cli/style.ts';
import type { Action } from '../../../src/permission/action.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import { draftOf, execute } from '../../support/builders.ts';
import { answer, asked, command, outcomes, started, until } from './relayHarness.ts';

const SCOPES = ['session', 'workspace', 'global'] as const;

function dialog(action: Action = execute('pnpm test')): Dialog {
  const { request } = buildRequest(draftOf(action), 'request', 0);
  return new Dialog(request, terminalStyle(false), SCOPES);
}

/** What a series of lines comes to; the last prompt when it is no answer. */
function typed(on: Dialog, ...lines: string[]) {
  const steps = lines.map((line) => on.typed(line));
  const last = steps.at(-1);
  return last?.kind === 'answer' ? last.answer : on.prompt();
}

describe('Always, in the terminal,', () => {
  const SUGGESTION = {
    id: 'command:pnpm test',
    match: { kind: 'command', tokens: ['pnpm', 'test'] },
    label: 'commands that begin with "pnpm test"',
  } as const;

  it('asks how far a rule for exactly this call reaches', () => {
    const on = dialog();
    assert.equal(
      typed(on, 'a'),
      'Always allow exactly this call in: [s] this session  [w] this folder, also later  [g] everywhere (empty to go back): ',
    );
    assert.deepEqual(typed(on, 'w'), {
      outcome: 'allow',
      rule: { scope: 'workspace', match: 'exact' },
    });
  });

  it('offers the suggested pattern, and denies as well', () => {
    const on = dialog();
    on.offer([SUGGESTION]);
    assert.match(
      String(typed(on, 'n')),
      /Always deny:\n {2}\[1\] exactly this call\n {2}\[2\] commands/,
    );
    assert.deepEqual(typed(on, '2', 'g'), {
      outcome: 'deny',
      rule: { scope: 'global', match: 'command:pnpm test' },
    });
  });

  it('has no default, and goes back with an empty line', () => {
    const on = dialog();
    on.offer([SUGGESTION]);
    for (const line of ['3', '0', 'x', '1a'])
      assert.match(String(typed(on, 'a', line)), /Type a number/);
    typed(on, '');
    typed(on, 'a', '1');
    for (const line of ['x', 'o', 'd', 'session']) assert.match(String(typed(on, line)), /\[g\]/);
    assert.match(String(typed(on, '')), /^\[d\] Deny/);
  });

  it('is not offered where the call always asks', () => {
    for (const word of ['a', 'n', 's'])
      assert.match(String(typed(dialog(execute('rm .git/hooks/x')), word)), /^\[d\] Deny/);
  });
});

describe('Always, over the relay,', () => {
  it('can name a suggested pattern, which then answers by itself', async () => {
    const setup = await started();
    const first = await asked(setup, 'pnpm test');
    await until(() => setup.of('rule_suggestions').length === 1);
    const [line] = setup.of('rule_suggestions');
    assert.deepEqual(line, {
      type: 'rule_suggestions',
      id: first['id'],
      suggestions: [{ match: 'command:pnpm test', label: 'commands that begin with "pnpm test"' }],
    });
    setup.say(answer(first['id'], 'always', { match: 'command:pnpm test' }));
    await until(() => setup.told.length === 1);
    setup.ask(command('pnpm test --watch'), 'call-2');
    await until(() => setup.told.length === 2);
    assert.equal(setup.of('permission_request').length, 1);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('answers what waits already, and the lines say which rule it was', async () => {
    const setup = await started();
    const [first, covered, other] = [
      await asked(setup, 'pnpm test', 'call-1'),
      await asked(setup, 'pnpm test --watch', 'call-2'),
      await asked(setup, 'pnpm publish', 'call-3'),
    ];
    setup.say(answer(first['id'], 'always', { match: 'command:pnpm test' }));
    const resolved = () => setup.of('permission_resolved').map(({ id }) => id);
    await until(() => resolved().length === 2);
    assert.deepEqual(resolved(), [first['id'], covered['id']]);
    const [, line] = setup.of('permission_resolved');
    assert.match(JSON.stringify(line), /"rule"/);
    setup.say(answer(other['id'], 'reject'));
    await until(() => setup.told.length === 3);
    assert.deepEqual(outcomes(setup), [
      ['allow', 'yes'],
      ['allow', 'yes'],
      ['deny', 'no'],
    ]);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('never takes a pattern that was not suggested, or a reach that is not kept', async () => {
    const setup = await started();
    const { id } = await asked(setup, 'pnpm test');
    for (const more of [
      { match: 'command:pnpm' },
      { match: '*' },
      { scope: 'global' },
      { expiresAt: 1 },
    ])
      setup.say(answer(id, 'always', more));
    await until(() => setup.of('error').length === 4);
    assert.deepEqual(
      setup.of('error').map(({ code }) => code),
      Array(4).fill('ruleRefused'),
    );
    assert.deepEqual(setup.told, []);
    setup.stop.request({ kind: 'signal', signal: 'SIGINT' });
    await setup.ended;
  });

  it('can be "never": the same call is denied by itself', async () => {
    const setup = await started();
    const first = await asked(setup, 'pnpm test');
    setup.say(answer(first['id'], 'never'));
    await until(() => setup.told.length === 1);
    setup.ask(command('pnpm test'), 'call-2');
    await until(() => setup.told.length === 2);
    assert.deepEqual(outcomes(setup), [
      ['deny', 'no'],
      ['deny', 'no'],
    ]);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });
});
