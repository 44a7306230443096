import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Action } from '../../../src/permission/action.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import type { RequestDraft } from '../../../src/permission/request.ts';
import type { Verdict } from '../../../src/permission/rule.ts';
import { phoneCard } from '../../../src/phone/phoneCard.ts';
import { MAX_PAYLOAD } from '../../../src/protocol/phone/envelope.ts';
import { digestOf, parseToPhone } from '../../../src/protocol/phone/payloads.ts';
import { draft, draftOf, execute, option } from '../../support/builders.ts';

const RULES = { scopes: ['session'], suggestions: [{ id: 'command:ls', label: 'ls …' }] } as const;

/** The card as the phone has parsed it. */
function cardOf(of: RequestDraft, judged?: Verdict) {
  const shared = phoneCard(buildRequest(of, '0'.repeat(26), 0).request, RULES, judged);
  const card = { ...shared, mayAllow: 'yes', mayAlways: 'yes' };
  const nonce = 'A'.repeat(22);
  const payload = JSON.stringify({ t: 'card', card, digest: digestOf(card), nonce, at: 2 ** 48 });
  assert.ok(Buffer.byteLength(payload) <= MAX_PAYLOAD, `${Buffer.byteLength(payload)} bytes`);
  const parsed = parseToPhone(payload);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  assert.ok(parsed.value.t === 'card');
  assert.equal(
    digestOf(parsed.value.card),
    parsed.value.digest,
    'nothing of it is lost on the way',
  );
  return parsed.value.card;
}

const JUDGED: Verdict = {
  verdict: 'ask',
  why: 'It does not cover git push.',
  parts: [
    {
      text: 'pnpm test',
      verdict: 'allow',
      rule: {
        id: 'r1',
        effect: 'allow',
        scope: 'global',
        createdAt: 0,
        createdBy: { kind: 'person', surface: 'chat' },
        match: { kind: 'command', tokens: ['pnpm', 'test'] },
      },
    },
    { text: 'git push', verdict: 'ask' },
  ],
};

const edit = (newText: string): Action => ({
  tool: 'edit',
  path: '/home/dev/project/a.ts',
  change: { kind: 'write', newText },
});

describe('a card on the phone', () => {
  it('is whole when it fits, with rules and options', () => {
    const card = cardOf(draftOf(execute('git status'), { why: 'Because.' }));
    assert.deepEqual(
      [card.shortened, card.rules.suggestions.length, card.options.length, card.display.why],
      [false, 1, 2, ['Because.']],
    );
  });

  it('says which parts of a command have a rule, where there is room for it', () => {
    const card = cardOf(draftOf(execute('pnpm test && git push')), JUDGED);
    assert.deepEqual(card.verdict, {
      why: 'It does not cover git push.',
      parts: [
        {
          text: 'pnpm test',
          verdict: 'allow',
          rule: { id: 'r1', label: card.verdict?.parts[0]?.rule?.label },
        },
        { text: 'git push', verdict: 'ask' },
      ],
    });
    const long = draftOf(execute(`echo ${'x'.repeat(5000)} && git push`));
    assert.ok(cardOf(long, JUDGED).verdict);
    const lean = cardOf(long, { ...JUDGED, why: 'y'.repeat(3000) });
    assert.deepEqual([lean.verdict, lean.shortened], [undefined, false]);
  });

  it('drops what decides nothing before it shortens the call', () => {
    const options = Array.from({ length: 40 }, (_, index) =>
      option('allow_once', { id: `option ${index}`, label: 'x'.repeat(250) }),
    );
    const card = cardOf(draftOf(execute('git status'), { options, why: 'why '.repeat(900) }));
    assert.deepEqual([card.shortened, card.options, card.canAllow], [false, [], true]);
    assert.deepEqual(card.display.preview, { kind: 'command', text: ['git status'] });
  });

  it('says that it is shortened when not all of the call is there', () => {
    const long = 'x'.repeat(20_000);
    const actions: Action[] = [
      execute(`echo ${long}`),
      execute(`echo ${'🦀'.repeat(9000)}`),
      execute(`echo ${'\u202e'.repeat(5000)}`),
      execute('ls', { widened: { sandbox: long, more: long } }),
      edit('line\n'.repeat(5000)),
      { tool: 'fetch', url: `https://example.org/${long}` },
      { tool: 'mcp', server: 'linear', toolName: long, arguments: { long } },
      { tool: 'other', toolName: 'x', input: { long } },
    ];
    assert.deepEqual(
      actions.map((action) => cardOf(draftOf(action)).shortened),
      actions.map(() => true),
    );
  });

  it('says so as well when it fits, but was cut before', () => {
    const cut: Action[] = [
      edit(`const a = '${'x'.repeat(3000)}';\nconst b = 1;\n`),
      { tool: 'read', path: `/home/dev/project/${'x'.repeat(1000)}` },
    ];
    assert.deepEqual(
      cut.map((action) => cardOf(draftOf(action)).shortened),
      [true, true],
    );
  });

  it('questions too are shown whole or not at all allowed', () => {
    const question = (text: string) => ({ id: 'q', text, multiSelect: false, choices: [] });
    const of = (text: string) =>
      cardOf(draft({ source: 'agent_question', questions: [question(text)] }));
    assert.deepEqual([of('Which one?').shortened, of('x'.repeat(5000)).shortened], [false, true]);
  });

  it('the fields of a form arrive whole, and none of them where they do not fit', () => {
    const of = (description: string) =>
      cardOf(
        draft({
          source: 'mcp_elicitation',
          elicitation: { server: 'lab', url: 'https://a.example/?token=1' },
          questions: [
            {
              id: 'n',
              text: 'Seats',
              multiSelect: false,
              choices: [],
              field: { type: 'integer', required: true, description, initial: ['3'], min: 1 },
            },
          ],
        }),
      );
    const small = of('For you');
    const field = {
      type: 'integer',
      required: true,
      description: 'For you',
      initial: ['3'],
      min: 1,
    };
    assert.deepEqual([small.shortened, small.display.questions?.[0]?.field], [false, field]);
    assert.equal('elicitation' in small, false);
    const large = of('x'.repeat(70_000));
    assert.deepEqual([large.shortened, of('x'.repeat(5000)).shortened], [true, true]);
  });

  it('always fits into an envelope', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30_000, size: 'max' });
    fc.assert(
      fc.property(text, text, (command, why) => {
        cardOf(draftOf(execute(command), { why }));
      }),
      { numRuns: 40 },
    );
  });
});
