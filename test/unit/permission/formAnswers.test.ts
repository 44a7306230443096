import assert from 'node:assert/strict';
import type { RequestDraft } from '../../../src/permission/request.ts';
import { allow, draft } from '../../support/builders.ts';
import { brokerOnFakes as setUp } from '../../support/fakesBroker.ts';

const choice = (label: string) => ({ label, description: '' });

describe('Answers to a form', () => {
  const form = (): RequestDraft =>
    draft({
      source: 'mcp_elicitation',
      elicitation: { server: 'lab' },
      why: 'Hello',
      questions: [
        {
          id: 'token',
          text: 'Token',
          multiSelect: false,
          choices: [],
          field: { type: 'text', required: false, description: '', initial: ['a\u200db'] },
        },
        {
          id: 'many',
          text: 'Many\u202e',
          multiSelect: true,
          choices: [choice('A\u200d, x'), choice('B')],
          field: { type: 'choice', required: true, description: '', max: 1 },
        },
      ],
      action: { tool: 'other', toolName: 'elicitation', input: {} },
    });

  it('have to fit their fields before anything is claimed', async () => {
    const { broker, raise, deliveries } = setUp();
    const { request } = raise(form());
    for (const [many, reason] of [
      ['', 'This needs an answer.'],
      ['C', 'This needs at most 1 of the choices.'],
      ['A[U+200D], x, B', 'This needs at most 1 of the choices.'],
    ] as const) {
      const result = await broker.answer(allow(request, { answers: { many } }));
      const question = 'Many[U+202E]';
      assert.deepEqual(result, { ok: false, error: { kind: 'answerUnfit', question, reason } });
    }
    assert.deepEqual([deliveries, broker.pending.length], [[], 1]);
  });

  it('may be left out where the field is not required', async () => {
    const { broker, raise, deliveries } = setUp();
    const { request } = raise(form());
    await broker.answer(allow(request, { answers: { many: 'B' } }));
    assert.deepEqual(deliveries[0]?.decision.answers, { token: '', many: 'B' });
  });

  it("go back in the server's own words, also what it was filled in with", async () => {
    const { broker, raise, deliveries } = setUp();
    const { request } = raise(form());
    const [token, many] = request.display.questions ?? [];
    const shown = [token?.field?.initial?.[0] ?? '', many?.choices[0]?.label ?? ''] as const;
    assert.deepEqual(shown, ['a[U+200D]b', 'A[U+200D], x']);
    await broker.answer(allow(request, { answers: { token: shown[0], many: shown[1] } }));
    assert.deepEqual(deliveries[0]?.decision.answers, { token: 'a\u200db', many: 'A\u200d, x' });
  });
});
