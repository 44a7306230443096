import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nativeAnswer, outcomeOf } from '../../../src/permission/decision.ts';
import type { OptionKind, PermissionOption } from '../../../src/permission/request.ts';
import { ONCE, option } from '../../support/builders.ts';

function sent(
  options: readonly PermissionOption[],
  outcome: 'allow' | 'deny',
  optionId?: string,
): string | undefined {
  const answer = nativeAnswer(options, outcome, optionId);
  return answer?.kind === 'option'
    ? `${answer.option.kind}${answer.narrowed ? ' narrowed' : ''}`
    : answer?.kind;
}

describe('nativeAnswer', () => {
  const exact = option('allow_always');
  const wider = option('allow_always', { bound: 'wider' });
  const unknown = option('allow_always', { bound: 'unknown' });

  it('forwards an "always" only when it is exactly as narrow as the call', () => {
    assert.deepEqual(
      [exact, wider, unknown].map((always) => sent([always, ...ONCE], 'allow', 'allow_always')),
      ['allow_always', 'allow_once narrowed', 'allow_once narrowed'],
    );
  });

  it('is a "once" when no option was chosen', () => {
    assert.equal(sent([exact, ...ONCE], 'allow'), 'allow_once');
    assert.equal(sent([option('reject_always'), ...ONCE], 'deny'), 'reject_once');
  });

  it('has no allow when nothing as narrow as the call is offered', () => {
    assert.equal(sent([wider, unknown, option('reject_once')], 'allow'), undefined);
    assert.equal(sent([], 'allow'), undefined);
  });

  it('is a cancel, never the first option, when a deny finds no reject', () => {
    assert.equal(sent([exact, option('allow_once')], 'deny'), 'cancel');
    assert.equal(sent([option('reject_always', { bound: 'wider' })], 'deny'), 'cancel');
    assert.equal(sent([], 'deny'), 'cancel');
  });

  it('never takes an option of the other outcome, even when it is asked for by id', () => {
    assert.equal(sent(ONCE, 'deny', 'allow_once'), 'reject_once');
    assert.equal(sent(ONCE, 'allow', 'reject_once'), 'allow_once');
  });

  it('uses no option whose id stands for two things', () => {
    const twice = [option('allow_once', { id: 'x' }), option('reject_once', { id: 'x' })];
    assert.equal(sent(twice, 'allow', 'x'), undefined);
    assert.equal(sent(twice, 'deny', 'x'), 'cancel');
    const onceAndAlways = [option('allow_once', { id: 'y' }), option('allow_always', { id: 'y' })];
    assert.equal(sent(onceAndAlways, 'allow'), undefined);
  });

  it('uses no option of a kind that it does not know', () => {
    const strange = option('allow_everything' as OptionKind);
    assert.equal(sent([strange], 'allow', strange.id), undefined);
    assert.equal(sent([strange], 'deny', strange.id), 'cancel');
  });

  it('always says the outcome and never reaches further than the call', () => {
    const any = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom<OptionKind[]>(
        'allow_once',
        'allow_always',
        'reject_once',
        'reject_always',
      ),
      bound: fc.constantFrom('exact', 'wider', 'unknown'),
    });
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 5 }),
        fc.constantFrom('allow', 'deny'),
        fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }),
        (parts, outcome, optionId) => {
          const options = parts.map(({ kind, ...rest }) => option(kind, rest));
          const answer = nativeAnswer(options, outcome, optionId);
          if (outcome === 'deny') assert.ok(answer);
          if (answer?.kind !== 'option')
            return assert.notEqual(answer?.kind, outcome === 'allow' ? 'cancel' : '');
          assert.equal(outcomeOf(answer.option.kind), outcome);
          assert.ok(answer.option.kind.endsWith('once') || answer.option.bound === 'exact');
        },
      ),
    );
  });
});
