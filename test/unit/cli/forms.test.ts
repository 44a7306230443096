import assert from 'node:assert/strict';
import { cardText, questionText } from '../../../src/cli/cardText.ts';
import { Dialog } from '../../../src/cli/dialog.ts';
import { terminalStyle } from '../../../src/cli/style.ts';
import type { FormField } from '../../../src/permission/formField.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import type { PermissionRequest, Question } from '../../../src/permission/request.ts';
import { command, draft } from './relayHarness.ts';

const STYLE = terminalStyle(false);

function field(
  id: string,
  more: Partial<FormField>,
  labels: string[] = [],
  many = false,
): Question {
  return {
    id,
    text: id,
    multiSelect: many,
    choices: labels.map((label) => ({ label, description: '' })),
    field: { type: 'text', required: true, description: '', ...more },
  };
}

function form(...questions: Question[]): PermissionRequest {
  const asked = {
    ...draft(command('x')),
    source: 'mcp_elicitation',
    elicitation: { server: 'lab' },
    why: 'How many cups?',
    questions,
  } as const;
  return buildRequest(asked, '01', 0).request;
}

describe('A form in the terminal', () => {
  it('says whose it is, what each field takes and holds', () => {
    const seats = field('Seats', {
      type: 'integer',
      min: 1,
      initial: ['3'],
      description: 'For you',
    });
    const request = form(seats);
    assert.equal(
      cardText(request, STYLE),
      'Fake Agent wants to ask you to fill in a form for MCP server lab\n  Message: “How many cups?”\n',
    );
    assert.equal(
      questionText(request, 0, STYLE),
      '  Seats (required)\n  For you\n  Takes a whole number of at least 1.\n  Now: 3\n',
    );
    assert.match(new Dialog(request, STYLE).prompt(), /press Enter to keep what is there/);
  });

  it('asks again, with the reason, until an answer fits', () => {
    const dialog = new Dialog(form(field('Seats', { type: 'integer' })), STYLE);
    for (const [line, text] of [
      ['three', 'This needs a whole number.\n'],
      ['', 'This needs an answer.\n'],
    ] as const)
      assert.deepEqual(dialog.typed(line), { kind: 'again', text });
    assert.deepEqual(dialog.typed('3'), {
      kind: 'answer',
      answer: { outcome: 'allow', answers: { Seats: '3' } },
    });
  });

  it('takes an empty line for what is filled in, or leaves the field out', () => {
    const cities = field('Cities', { type: 'choice', initial: ['Rome'] }, ['Oslo', 'Rome'], true);
    const note = field('Note', { required: false });
    const terms = field('Terms', { type: 'boolean' }, ['Yes', 'No']);
    const dialog = new Dialog(form(cities, note, terms), STYLE);
    dialog.typed('');
    dialog.typed('');
    assert.deepEqual(dialog.typed('2'), {
      kind: 'answer',
      answer: { outcome: 'allow', answers: { Cities: 'Rome', Note: '', Terms: 'No' } },
    });
  });

  it('can be skipped', () => {
    const dialog = new Dialog(form(field('Note', {})), STYLE);
    assert.deepEqual(dialog.typed('d'), { kind: 'answer', answer: { outcome: 'deny' } });
  });
});
