import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FormField } from '../../../src/permission/formField.ts';
import type { Question } from '../../../src/permission/request.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Webview, WebviewHarness } from '../../support/webviewHarness.ts';
import { card } from '../../support/webviewHarnessCards.ts';

const ACTION = { tool: 'other', toolName: 'lab: elicitation', input: {} } as const;
const choice = (label: string) => ({ label, description: '' });

function field(
  text: string,
  more: Partial<FormField>,
  labels: readonly string[] = [],
  multiSelect = false,
): Question {
  return {
    id: text.toLowerCase(),
    text,
    multiSelect,
    choices: labels.map(choice),
    field: { type: 'text', required: true, description: '', ...more },
  };
}

const MAIL = field('Mail', { format: 'email', description: 'Where invoices go' });
const SEATS = field('Seats', { type: 'integer', min: 1, max: 9, initial: ['3'] });
const TERMS = field('Terms', { type: 'boolean', description: 'Those of June' }, ['Yes', 'No']);
const PLAN = field('Plan', { type: 'choice', initial: ['Small'] }, ['Small', 'Large']);
const CITIES = field('Cities', { type: 'choice', max: 2 }, ['Rome', 'Lyon, France', 'Oslo'], true);
const NOTE = field('Note', { required: false });
const COUNTRY = field(
  'Country',
  { type: 'choice', required: false },
  Array.from({ length: 12 }, (_, index) => `Country ${index}`),
);

describe('form of an MCP server', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const show = async (...questions: Question[]) => {
    view = await harness.open('cards');
    const asked = card(ACTION, {
      source: 'mcp_elicitation',
      elicitation: { server: 'lab' },
      why: 'How many cups?',
      questions,
    });
    await view.send({ type: 'cards', cards: [asked] });
    await view.send({ type: 'reveal', requestId: 'r1' });
    await sleep(600);
  };
  const press = (name: string) =>
    view.page.getByRole('button', { name, exact: true }).click({ force: true });
  const answers = async () => {
    const found = (await view.sent()).find(({ type }) => type === 'answer');
    return found?.type === 'answer' ? found.answers : undefined;
  };
  const reasons = () => view.page.locator('.cs-card [role=alert]').allTextContents();

  it('says which server asks, and that what it says is a claim', async () => {
    await show(MAIL);
    const heading = view.page.getByRole('heading', { level: 3 });
    assert.equal(await heading.textContent(), 'Ask you to fill in a form for MCP server lab');
    assert.equal(await view.page.locator('.cs-facts').textContent(), 'Message“How many cups?”');
  });

  it('is filled in as the server wishes, and sends every field by its type', async () => {
    await show(MAIL, SEATS, TERMS, PLAN, CITIES, NOTE, COUNTRY);
    const { page } = view;
    await page.getByRole('textbox', { name: /^Mail/ }).fill('me@a.example');
    await page.getByRole('checkbox', { name: /^Terms/ }).check();
    await page.getByRole('checkbox', { name: 'Rome' }).check();
    await page.getByRole('checkbox', { name: 'Lyon, France' }).check();
    await page.getByRole('combobox', { name: 'Country' }).selectOption('Country 7');
    await press('Send answer');
    assert.deepEqual(await answers(), {
      mail: 'me@a.example',
      seats: '3',
      terms: 'Yes',
      plan: 'Small',
      cities: 'Rome, Lyon, France',
      country: 'Country 7',
    });
  });

  it('sends No for a box that is not ticked, and leaves out what is empty and not required', async () => {
    await show(TERMS, NOTE, COUNTRY);
    await press('Send answer');
    assert.deepEqual(await answers(), { terms: 'No' });
  });

  it('says at the field why an answer does not fit, and sends nothing until it does', async () => {
    await show(MAIL, SEATS);
    const mail = view.page.getByRole('textbox', { name: /^Mail/ });
    const seats = view.page.getByRole('textbox', { name: /^Seats/ });
    assert.deepEqual(await reasons(), []);
    await seats.fill('10');
    await press('Send answer');
    assert.deepEqual(await reasons(), [
      'This needs an answer.',
      'This needs a whole number from 1 to 9.',
    ]);
    assert.equal(await answers(), undefined);
    await waitFor(() => mail.evaluate((each) => each.matches(':focus')), 'the focus at the field');
    assert.equal(await mail.getAttribute('aria-invalid'), 'true');
    const described = (await mail.getAttribute('aria-describedby'))?.split(' ') ?? [];
    assert.equal(described.length, 2);
    for (const id of described) assert.equal(await view.page.locator(`[id="${id}"]`).count(), 1);
    await mail.fill('me@a.example');
    await seats.fill('9');
    assert.deepEqual(await reasons(), []);
    // The lines that went away moved the buttons.
    await sleep(600);
    await seats.press('Enter');
    assert.deepEqual(await answers(), { mail: 'me@a.example', seats: '9' });
  });

  it('can be held to how many are chosen', async () => {
    await show(CITIES);
    for (const name of ['Rome', 'Lyon, France', 'Oslo'])
      await view.page.getByRole('checkbox', { name }).check();
    await press('Send answer');
    assert.deepEqual(await reasons(), ['This needs at most 2 of the choices.']);
    assert.equal(await answers(), undefined);
  });

  it('shows what the extension refused, and can be sent again', async () => {
    await show(SEATS);
    await press('Send answer');
    await view.send({ type: 'refused', requestId: 'r1', text: '“Seats”: This needs more.' });
    assert.deepEqual(await reasons(), ['“Seats”: This needs more.']);
    await sleep(600);
    await press('Send answer');
    const sent = (await view.sent()).filter(({ type }) => type === 'answer');
    assert.equal(sent.length, 2);
  });

  it('that wants a page opened shows its host in bold, and opens it only on a click', async () => {
    view = await harness.open('cards');
    const url = 'https://sign-in.example/?for=lab';
    const elicitation = { server: 'lab', url };
    const asked = card(ACTION, { source: 'mcp_elicitation', elicitation, why: 'Sign in' });
    await view.send({ type: 'cards', cards: [asked] });
    await view.send({ type: 'reveal', requestId: 'r1' });
    await sleep(600);
    assert.equal(await view.page.locator('[data-payload]').textContent(), url);
    assert.equal(await view.page.locator('[data-payload] b').textContent(), 'sign-in.example');
    await press('Open link');
    await press('Allow once');
    assert.deepEqual(
      (await view.sent())
        .filter(({ type }) => type === 'openPage' || type === 'answer')
        .map((message) => ('outcome' in message ? message.outcome : message.type)),
      ['openPage', 'allow'],
    );
  });
});
