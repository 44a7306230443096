import assert from 'node:assert/strict';
import { commandOptions, FILE_OPTIONS } from '../../../../src/agents/codex/options.ts';
import { nativeAnswer } from '../../../../src/permission/decision.ts';
import type { PermissionOption } from '../../../../src/permission/request.ts';

const execpolicy = {
  acceptWithExecpolicyAmendment: { execpolicy_amendment: ['touch', "it's"] },
};
const network = (host: string, action: string) => ({
  applyNetworkPolicyAmendment: { network_policy_amendment: { host, action } },
});

const brief = (options: readonly PermissionOption[]) =>
  options.map(({ bound, id, kind, nativeDecision }) => [id, kind, bound, nativeDecision]);

describe("Codex's own decisions as options", () => {
  it('are all six of a command, word for word', () => {
    const availableDecisions = [
      'accept',
      'acceptForSession',
      execpolicy,
      network('a.example', 'allow'),
      network('a.example', 'deny'),
      'cancel',
    ];
    assert.deepEqual(brief(commandOptions({ availableDecisions })), [
      ['accept', 'allow_once', 'exact', 'accept'],
      ['acceptForSession', 'allow_always', 'exact', 'acceptForSession'],
      ['acceptWithExecpolicyAmendment', 'allow_always', 'wider', execpolicy],
      ['applyNetworkPolicyAmendment', 'allow_always', 'wider', network('a.example', 'allow')],
      ['applyNetworkPolicyAmendment-2', 'reject_always', 'wider', network('a.example', 'deny')],
      ['decline', 'reject_once', 'exact', 'decline'],
      ['cancel', 'reject_once', 'exact', 'cancel'],
    ]);
  });

  it('are all four of a change, of which the session one covers other content', () => {
    assert.deepEqual(brief(FILE_OPTIONS), [
      ['accept', 'allow_once', 'exact', 'accept'],
      ['acceptForSession', 'allow_always', 'wider', 'acceptForSession'],
      ['decline', 'reject_once', 'exact', 'decline'],
      ['cancel', 'reject_once', 'exact', 'cancel'],
    ]);
  });

  it('say how far an amendment reaches', () => {
    const [, option] = commandOptions({ availableDecisions: ['accept', execpolicy] }).slice(1);
    assert.deepEqual(
      [option?.label, option?.nativeScope],
      [
        "Accept, and always allow commands that begin with touch 'it'\\''s'",
        "Every command that begins with touch 'it'\\''s', everywhere, for good",
      ],
    );
  });

  it('deny by declining, listed or not, and never by cancelling', () => {
    for (const options of [
      commandOptions({ availableDecisions: ['accept', 'cancel'] }),
      commandOptions({ availableDecisions: ['cancel'] }),
      commandOptions({ availableDecisions: [network('a', 'deny'), 'cancel'] }),
      commandOptions({}),
      FILE_OPTIONS,
    ]) {
      const native = nativeAnswer(options, 'deny');
      assert.equal(native?.kind === 'option' && native.option.nativeDecision, 'decline');
      const cancel = nativeAnswer(options, 'deny', 'cancel');
      assert.equal(cancel?.kind === 'option' && cancel.option.nativeDecision, 'cancel');
    }
  });

  it('offer to remember only where Codex does', () => {
    const ids = (availableDecisions: readonly unknown[] | undefined) =>
      commandOptions(
        (availableDecisions ? { availableDecisions } : {}) as Parameters<typeof commandOptions>[0],
      ).map(({ id }) => id);
    assert.deepEqual(ids(['accept', 'cancel']), ['accept', 'decline', 'cancel']);
    assert.ok(ids(['accept', execpolicy, 'cancel']).includes('acceptForSession'));
    assert.ok(ids(undefined).includes('acceptForSession'));
  });

  it('allow nothing where Codex does not offer to accept', () => {
    const options = commandOptions({ availableDecisions: [execpolicy, 'cancel'] });
    assert.equal(
      nativeAnswer(
        options.filter(({ bound }) => bound !== 'exact'),
        'allow',
      ),
      undefined,
    );
    assert.equal(
      options.some(({ id }) => id === 'accept'),
      false,
    );
  });

  it('leave out what nobody can read', () => {
    const odd = ['accept', 'obey', { obey: {} }, network('a', 'maybe'), 7, null, 'cancel'];
    const options = commandOptions({ availableDecisions: odd });
    assert.deepEqual(
      options.map(({ id }) => id),
      ['accept', 'decline', 'cancel'],
    );
  });

  it('are made of what Codex proposes when it lists no decisions', () => {
    const options = commandOptions({
      proposedExecpolicyAmendment: ['git', 'push'],
      proposedNetworkPolicyAmendments: [{ host: 'a', action: 'allow' }],
    });
    assert.deepEqual(
      options.map(({ nativeDecision }) => nativeDecision),
      [
        'accept',
        'acceptForSession',
        { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['git', 'push'] } },
        network('a', 'allow'),
        'decline',
        'cancel',
      ],
    );
  });
});
