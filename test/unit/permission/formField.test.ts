import assert from 'node:assert/strict';
import {
  chosenLabels,
  type FormField,
  fieldHint,
  whyUnfit,
} from '../../../src/permission/formField.ts';

const asked = (field: Partial<FormField>, labels: readonly string[] = [], multiSelect = false) => ({
  field: { type: 'text', required: true, description: '', ...field } as const,
  multiSelect,
  choices: labels.map((label) => ({ label })),
});

describe('The answer to a field of a form', () => {
  for (const [question, fitting, unfit, words] of [
    [asked({ min: 2, max: 3 }), ['ab', '👍👍👍'], ['a', 'abcd'], 'a text of 2 to 3 characters'],
    [asked({ max: 1 }), ['a'], ['ab'], 'a text of at most 1 character'],
    [
      asked({ format: 'email' }),
      ['a@b.example'],
      ['a', 'a b@c'],
      'an e-mail address such as name@example.com',
    ],
    [
      asked({ format: 'uri' }),
      ['https://a.example/x'],
      ['a.example'],
      'a whole address such as https://example.com',
    ],
    [
      asked({ format: 'date' }),
      ['2026-02-28'],
      ['2026-02-30', '28.2.2026', '2026-13-01'],
      'a date such as 2026-03-31',
    ],
    [
      asked({ format: 'date-time' }),
      ['2026-03-31T14:30:00Z', '2026-03-31T14:30:00+02:00'],
      ['2026-03-31', '2026-03-31T25:00:00Z', '2026-02-30T14:30:00Z'],
      'a date and a time such as 2026-03-31T14:30:00Z',
    ],
    [asked({ type: 'number' }), ['1.5', '-2'], ['x', 'Infinity', '1,5'], 'a number'],
    [
      asked({ type: 'integer', min: 1, max: 9 }),
      ['1', '9'],
      ['0', '10', '1.5'],
      'a whole number from 1 to 9',
    ],
    [asked({ type: 'number', min: 0 }), ['0'], ['-1'], 'a number of at least 0'],
    [asked({ type: 'boolean' }, ['Yes', 'No']), ['Yes', 'No'], ['yes', 'perhaps'], 'Yes or No'],
    [asked({ type: 'choice' }, ['A', 'B']), ['A'], ['C', 'A, B'], 'one of the choices'],
    [
      asked({ type: 'choice', min: 2 }, ['A', 'B', 'C'], true),
      ['A, B', 'C, B, A'],
      ['A', 'A, A', 'A, D'],
      'at least 2 of the choices',
    ],
  ] as const)
    it(`has to be ${words}`, () => {
      for (const answer of fitting) assert.equal(whyUnfit(question, answer), undefined, answer);
      for (const answer of unfit) assert.equal(whyUnfit(question, answer), `This needs ${words}.`);
    });

  it('may be missing only where it is not required', () => {
    for (const nothing of [undefined, '', '  ']) {
      assert.equal(whyUnfit(asked({ min: 5 }), nothing), 'This needs an answer.');
      assert.equal(whyUnfit(asked({ min: 5, required: false }), nothing), undefined);
    }
    assert.notEqual(whyUnfit(asked({ min: 5, required: false }), 'abc'), undefined);
  });

  it('is free where there is no field', () => {
    assert.equal(whyUnfit({ multiSelect: false, choices: [] }, 'anything'), undefined);
  });

  it('is hinted at only where that is not plain to see', () => {
    assert.deepEqual(
      [
        asked({}),
        asked({ type: 'boolean' }),
        asked({ type: 'choice' }),
        asked({ type: 'choice' }, [], true),
        asked({ type: 'choice', max: 2 }, [], true),
        asked({ type: 'number' }),
      ].map(fieldHint),
      [undefined, undefined, undefined, undefined, 'at most 2 of the choices', 'a number'],
    );
  });
});

describe('Several choices in one answer', () => {
  it('are told apart also where labels hold commas', () => {
    const labels = ['Paris, France', 'Lyon, France', 'Rome'];
    assert.deepEqual(chosenLabels(labels, 'Rome, Paris, France'), ['Rome', 'Paris, France']);
    assert.deepEqual(chosenLabels(labels, 'Paris, France, Lyon, France'), labels.slice(0, 2));
    assert.equal(chosenLabels(labels, 'Paris'), undefined);
    assert.equal(chosenLabels(labels, 'Rome, '), undefined);
    assert.equal(chosenLabels(labels, ''), undefined);
  });

  it('are none when they could be read in two ways', () => {
    const labels = ['a', 'b', 'a, b'];
    assert.deepEqual(
      ['a', 'b, a', 'a, b', 'b, a, b'].map((answer) => chosenLabels(labels, answer)),
      [['a'], ['b', 'a'], undefined, undefined],
    );
  });

  it('are read at once, however much the labels overlap', () => {
    const labels = ['a', 'a, a', 'a, a, a', ''];
    assert.equal(chosenLabels(labels, Array(1000).fill('a').join(', ')), undefined);
  });
});
