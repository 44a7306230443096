import assert from 'node:assert/strict';
import { ulidSource } from '../../../src/base/ulid.ts';
import type { Action } from '../../../src/permission/action.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import type { RequestDraft } from '../../../src/permission/request.ts';
import type { Rule } from '../../../src/permission/rule.ts';
import { canHaveRule, SessionRules } from '../../../src/permission/rules.ts';
import { draft, draftOf, execute, inSession } from '../../support/builders.ts';

let count = 0;

function requestOf(of: RequestDraft = draft()) {
  return buildRequest(of, `request-${++count}`, 0).request;
}

describe('SessionRules', () => {
  const setUp = () => {
    const rules = new SessionRules(ulidSource(() => 0));
    const add = (of: RequestDraft, effect: Rule['effect'] = 'allow') => {
      const rule = rules.draft(requestOf(of), {
        effect,
        scope: 'session',
        createdAt: 0,
        createdBy: { kind: 'person', surface: 'chat' },
      });
      rules.add(rule);
      return rule;
    };
    return { rules, add };
  };

  it('match exactly the call, in its session', () => {
    const { rules, add } = setUp();
    const rule = add(draft());
    assert.deepEqual(
      [
        draft(),
        draftOf(execute('git  status')),
        draftOf(execute('git status', { cwd: '..' })),
        inSession('session-2'),
      ].map((each) => rules.match(requestOf(each))?.id),
      [rule.id, undefined, undefined, undefined],
    );
  });

  it('let deny beat allow, whichever was first', () => {
    for (const effects of [
      ['allow', 'deny'],
      ['deny', 'allow'],
    ] as const) {
      const { rules, add } = setUp();
      for (const effect of effects) add(draft(), effect);
      assert.equal(rules.match(requestOf())?.effect, 'deny');
    }
  });

  it('ask again when they are removed or their session ends', () => {
    const { rules, add } = setUp();
    rules.remove(add(draft()).id);
    assert.equal(rules.match(requestOf()), undefined);
    add(draft());
    rules.endSession('session-1');
    assert.equal(rules.match(requestOf()), undefined);
  });

  it('carry a label that is safe to show', () => {
    const { add } = setUp();
    const rule = add(draftOf(execute('curl -H "Authorization: Bearer abcdef123456" \u202e')));
    assert.equal(
      rule.match.kind === 'exact' && rule.match.label,
      'curl -H "Authorization: Bearer [redacted: credentials]" [U+202E]',
    );
  });

  it('do not answer the same hash of another source', () => {
    const { rules, add } = setUp();
    add(draft());
    assert.equal(rules.match(requestOf(draft({ source: 'mcp_elicitation' }))), undefined);
    assert.equal(rules.match(requestOf(draft({ questions: [] }))), undefined);
  });
});

describe('canHaveRule', () => {
  const can = (action: Action) => canHaveRule(requestOf(draftOf(action)));

  it('is false where the action does not say all that will happen', () => {
    assert.deepEqual(
      [
        can({ tool: 'execute', command: 'make' }),
        can({ tool: 'edit', path: '/p/a', change: { kind: 'unseen' } }),
        can({ tool: 'mcp', server: 's', toolName: 't', arguments: { id: 2 ** 53 } }),
        can({ tool: 'other', toolName: 't', input: { deep: [{ id: -(2 ** 60) }] } }),
      ],
      [false, false, false, false],
    );
  });

  it('is true for the rest', () => {
    assert.deepEqual(
      [
        can(execute('make')),
        can({ tool: 'edit', path: '/p/a', change: { kind: 'write', newText: '' } }),
        can({ tool: 'mcp', server: 's', toolName: 't', arguments: { id: 2 ** 53 - 1, x: 0.1 } }),
        can({ tool: 'fetch', url: 'https://example.com' }),
      ],
      [true, true, true, true],
    );
  });
});
