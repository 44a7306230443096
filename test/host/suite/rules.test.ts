import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { PermissionRequest } from '../../../src/permission/request.ts';
import { waitFor } from '../../support/waitFor.ts';
import { api, demoSession, restoreMessages, stubMessage } from '../hostSupport.ts';

const BY = { kind: 'person', surface: 'cards' } as const;

describe('a rule in the extension host', () => {
  beforeEach(() => {
    stubMessage('showInformationMessage', undefined);
  });

  afterEach(async () => {
    restoreMessages();
    const { sessions, rules } = await api();
    await sessions.stopAll();
    for (const session of sessions.all) sessions.close(session);
    for (const { id } of rules.all) await rules.remove(id, BY);
  });

  async function waiting(): Promise<PermissionRequest> {
    const { broker } = await api();
    await waitFor(() => broker.pending.length === 1, 'a waiting request');
    const [request] = broker.pending;
    assert.ok(request);
    return request;
  }

  it('of the agent’s own workspace answers its next call, until it is revoked: then it asks again', async () => {
    const { broker, rules } = await api();
    const session = await demoSession();
    const first = session.prompt('[[command]]');
    const { id, argsHash, options } = await waiting();
    // What the agent calls "always" comes with our rule: it must not be told so.
    const optionId = options.find(({ kind }) => kind === 'allow_always')?.id;
    const made = await broker.answer({
      requestId: id,
      argsHash,
      outcome: 'allow',
      ...(optionId !== undefined && { optionId }),
      rule: { scope: 'workspace', match: 'exact' },
      by: BY,
    });
    assert.ok(made.ok, made.ok ? '' : JSON.stringify(made.error));
    await first;
    await session.prompt('[[command]]');
    assert.deepEqual(broker.pending, []);
    const [rule] = rules.all;
    assert.ok(rule);
    assert.deepEqual([rule.scope, rule.fromRequest], ['workspace', id]);
    assert.equal(rules.usesOf(rule.id)?.hits, 1);
    await rules.remove(rule.id, BY);
    const third = session.prompt('[[command]]');
    const again = await waiting();
    assert.equal(again.argsHash, argsHash);
    await broker.answer({ requestId: again.id, argsHash, outcome: 'deny', by: BY });
    await third;
  });

  it('answers what another session asked before, and its chat says so', async () => {
    const { broker, rules } = await api();
    const asking = await demoSession();
    const waitingToo = await demoSession(asking.ref.cwd);
    const turns = [asking.prompt('[[command]]'), waitingToo.prompt('[[command]]')];
    await waitFor(() => broker.pending.length === 2, 'two waiting requests');
    const request = broker.pending.find(({ session }) => session.key === asking.key);
    const other = broker.pending.find(({ session }) => session.key === waitingToo.key);
    assert.ok(request && other);
    const { id, argsHash } = request;
    const rule = { scope: 'global', match: 'exact' } as const;
    await broker.answer({ requestId: id, argsHash, outcome: 'allow', rule, by: BY });
    await Promise.all(turns);
    const { by } = broker.settledAs(other.id)?.decision ?? {};
    assert.deepEqual(by, { kind: 'rule', id: rules.all[0]?.id, scope: 'global' });
    const entries = waitingToo.transcript.entries.filter(({ kind }) => kind === 'tool');
    assert.match(JSON.stringify(entries), /allowed by rule/);
  });

  it('that another window makes answers what waits here', async () => {
    const { broker, journalFolder } = await api();
    const session = await demoSession();
    const turn = session.prompt('[[command]]');
    const { id, argsHash } = await waiting();
    // The command runs this file, and rules are bound to what it holds.
    const script = path.join(session.ref.cwd, 'test/brew.test.js');
    const hash = createHash('sha256').update(fs.readFileSync(script)).digest('hex');
    const theirs = {
      id: 'theirs',
      effect: 'allow',
      scope: 'global',
      match: {
        kind: 'exact',
        tool: 'execute',
        argsHash,
        label: 'theirs',
        files: { [script]: hash },
      },
      createdAt: 1,
      createdBy: { kind: 'person', surface: 'chat' },
    };
    const file = path.join(path.dirname(journalFolder), 'rules.json');
    fs.writeFileSync(file, JSON.stringify({ rules: [theirs] }));
    await turn;
    const { by } = broker.settledAs(id)?.decision ?? {};
    assert.deepEqual(by, { kind: 'rule', id: 'theirs', scope: 'global' });
  });

  it('that another window revokes answers no more', async () => {
    const { broker, rules, journalFolder } = await api();
    const session = await demoSession();
    const first = session.prompt('[[command]]');
    const { id, argsHash } = await waiting();
    const rule = { scope: 'global', match: 'exact' } as const;
    await broker.answer({ requestId: id, argsHash, outcome: 'allow', rule, by: BY });
    await first;
    // Another window writes the file that both share.
    const file = path.join(path.dirname(journalFolder), 'rules.json');
    await waitFor(
      () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(id),
      'a rule',
    );
    fs.writeFileSync(file, '{"rules":[]}');
    const second = session.prompt('[[command]]');
    const again = await waiting();
    assert.equal(again.argsHash, argsHash);
    await waitFor(() => rules.all.length === 0, 'news of the change');
    await broker.answer({ requestId: again.id, argsHash, outcome: 'deny', by: BY });
    await second;
  });
});
