import assert from 'node:assert/strict';
import type { DecidedBy, Decision } from '../../../src/permission/decision.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import type { RequestDraft } from '../../../src/permission/request.ts';
import { cardView } from '../../../src/protocol/cardView.ts';
import { parseFromWebview } from '../../../src/protocol/messages.ts';
import { alreadyAnswered, outcomeLine } from '../../../src/protocol/words.ts';
import { draft, draftOf, execute, ONCE, option } from '../../support/builders.ts';

function requestOf(of: RequestDraft = draft()) {
  return buildRequest(of, 'request', 0).request;
}

describe('cardView', () => {
  const raw = 'ghp_abcdefghijklmnopqrstuvwxyz\u202e';

  it('holds no raw text of the request and no native value', () => {
    const of = draft({
      agent: { id: 'x', name: raw, version: raw },
      session: { ...draft().session, title: raw },
      native: { method: raw, requestId: raw, callId: raw, toolName: raw },
      options: [option('allow_once', { label: raw, nativeScope: raw, nativeDecision: raw })],
      why: raw,
      action: execute(raw, { cwd: raw, widened: { a: raw }, unclassified: { [raw]: 1 } }),
    });
    assert.doesNotMatch(JSON.stringify(cardView(requestOf(of))), /ghp_|\u202e/);
  });

  it('is plain JSON', () => {
    const card = cardView(requestOf());
    assert.deepEqual(JSON.parse(JSON.stringify(card)), card);
  });

  it('says what can be answered', () => {
    const can = (of: RequestDraft) => {
      const { canAllow, canHaveRule, options } = cardView(requestOf(of));
      return [canAllow, canHaveRule, options.map(({ outcome, wider }) => `${outcome} ${wider}`)];
    };
    const wide = option('allow_always', { bound: 'wider' });
    assert.deepEqual(can(draft({ options: [...ONCE, wide] })), [
      true,
      true,
      ['allow false', 'deny false', 'allow true'],
    ]);
    assert.deepEqual(can(draft({ options: [wide] })), [false, true, ['allow true']]);
    assert.deepEqual(can(draftOf(execute('rm .git/config')))[1], false);
  });
});

describe('outcomeLine', () => {
  const lineOf = (by: DecidedBy, outcome: Decision['outcome'] = 'deny') => {
    const request = requestOf();
    const decision = { requestId: request.id, argsHash: request.argsHash, outcome, by, at: 0 };
    return outcomeLine({ request, decision, delivery: 'delivered', narrowed: false }).text;
  };

  it('says who decided, for every way to end', () => {
    assert.deepEqual(
      [
        lineOf({ kind: 'person', surface: 'chat' }, 'allow'),
        lineOf({ kind: 'person', surface: 'phone', device: 'Pixel 8' }),
        lineOf({ kind: 'rule', id: 'r', scope: 'session' }, 'allow'),
        lineOf({ kind: 'ttl', minutes: 30 }),
        lineOf({ kind: 'agentWithdrew' }),
        lineOf({ kind: 'agentGone', reason: 'exit 1' }),
        lineOf({ kind: 'shutdown' }),
      ],
      [
        'Allowed once by you',
        'Denied by you on Pixel 8',
        'Allowed by a rule of this session',
        'Denied: nobody answered within 30 minutes. Nothing ran.',
        'Withdrawn by Claude Code before an answer. Nothing ran.',
        'Claude Code stopped while this was waiting. Nothing ran.',
        'The window closed while this was waiting. Nothing ran.',
      ],
    );
    assert.equal(
      alreadyAnswered({ kind: 'person', surface: 'inbox' }),
      'Already answered in the inbox.',
    );
  });

  it('shows what a person wrote escaped', () => {
    const request = requestOf();
    const { text } = outcomeLine({
      request,
      decision: {
        requestId: request.id,
        argsHash: request.argsHash,
        outcome: 'deny',
        feedback: 'no\u202e password=hunter2',
        by: { kind: 'person', surface: 'chat' },
        at: 0,
      },
      delivery: 'delivered',
      narrowed: false,
    });
    assert.equal(text, 'Denied by you: “no[U+202E] password=[redacted: secret value]”');
  });
});

describe('parseFromWebview', () => {
  const answer = { type: 'answer', requestId: 'r', argsHash: 'h', outcome: 'allow' };

  it('reads an answer', () => {
    const parsed = parseFromWebview({ ...answer, rule: { scope: 'session', match: 'exact' } });
    assert.ok(parsed.ok);
  });

  it('refuses what is not an answer, or promises more than it can keep', () => {
    const wrong = [
      undefined,
      null,
      'answer',
      [],
      {},
      { ...answer, type: 'unknown' },
      { ...answer, outcome: 'always' },
      { ...answer, outcome: undefined },
      { ...answer, requestId: 1 },
      { ...answer, argsHash: undefined },
      { ...answer, optionId: 1 },
      { ...answer, rule: { scope: 'machine', match: 'exact' } },
      { ...answer, rule: { scope: 'session', match: { kind: 'command', tokens: ['rm'] } } },
      { ...answer, rule: { scope: 'session', match: 'x'.repeat(4001) } },
      { ...answer, rule: { scope: 'session', match: 'exact', expiresAt: 'never' } },
      { ...answer, rule: { scope: 'session', match: 'exact', expiresAt: Number.NaN } },
      { type: 'askRules' },
      { type: 'revokeRule', ruleId: 1 },
      { ...answer, feedback: 'x'.repeat(4001) },
      { ...answer, answers: { q: 1 } },
    ];
    assert.deepEqual(
      wrong.filter((message) => parseFromWebview(message).ok),
      [],
    );
  });

  it('takes nothing over that it does not know', () => {
    const parsed = parseFromWebview({ ...answer, by: { kind: 'rule' }, decision: 'x' });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value, answer);
  });
});
