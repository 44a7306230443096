import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Question } from '../../../src/permission/request.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness } from '../../support/webviewHarness.ts';
import { card } from '../../support/webviewHarnessCards.ts';

const BROWSERS: Question = {
  id: 'browsers',
  text: 'Which browsers must the new build still support?',
  multiSelect: false,
  choices: [
    { label: 'Evergreen only', description: 'Chrome, Edge, Firefox and Safari' },
    { label: 'Add Safari 14', description: '' },
  ],
};
const LANGUAGES: Question = {
  id: 'languages',
  text: 'Which languages?',
  multiSelect: true,
  choices: [
    { label: 'English', description: '' },
    { label: 'Hebrew', description: '' },
  ],
};

describe('question card', function () {
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
    const action = { tool: 'other', toolName: 'AskUserQuestion', input: {} } as const;
    const asked = card(action, { source: 'agent_question', questions });
    await view.send({ type: 'cards', cards: [asked] });
    await view.send({ type: 'reveal', requestId: 'r1' });
    await sleep(600);
  };
  const press = (name: string) =>
    view.page.getByRole('button', { name, exact: true }).click({ force: true });
  const answer = async () => {
    const found = (await view.sent()).find(({ type }) => type === 'answer');
    return found?.type === 'answer'
      ? { outcome: found.outcome, answers: found.answers }
      : undefined;
  };

  it('has the question as its title, and nothing chosen in advance', async () => {
    await show(BROWSERS);
    assert.equal(await view.page.getByRole('heading', { level: 3 }).textContent(), BROWSERS.text);
    assert.equal(await view.page.locator(':checked').count(), 0);
    await press('Send answer');
    assert.equal(await answer(), undefined);
  });

  it('sends what was clicked', async () => {
    await show(BROWSERS);
    await view.page.getByText('Add Safari 14').click();
    await press('Send answer');
    assert.deepEqual(await answer(), { outcome: 'allow', answers: { browsers: 'Add Safari 14' } });
  });

  it('chooses with a digit but never sends with it', async () => {
    await show(BROWSERS);
    await view.page.keyboard.press('1');
    assert.equal(await view.page.getByRole('radio', { name: /Evergreen/ }).isChecked(), true);
    assert.equal(await answer(), undefined);
    await view.send({ type: 'key', key: 'allowOnce' });
    assert.deepEqual(await answer(), { outcome: 'allow', answers: { browsers: 'Evergreen only' } });
  });

  it('takes a text of one’s own', async () => {
    await show(BROWSERS);
    await view.page.getByRole('textbox', { name: 'Another answer' }).fill('  Only Firefox ');
    await press('Send answer');
    assert.deepEqual(await answer(), { outcome: 'allow', answers: { browsers: 'Only Firefox' } });
  });

  it('waits for an answer to every question, and takes several choices', async () => {
    await show(BROWSERS, LANGUAGES);
    assert.equal(
      await view.page.getByRole('heading', { level: 3 }).textContent(),
      'Answer 2 questions',
    );
    await view.page.keyboard.press('2');
    await press('Send answer');
    assert.equal(await answer(), undefined);
    await view.page.getByText('Hebrew').click();
    await view.page.getByText('English').click();
    await press('Send answer');
    assert.deepEqual(await answer(), {
      outcome: 'allow',
      answers: { browsers: 'Add Safari 14', languages: 'Hebrew, English' },
    });
  });

  it('is skipped with a deny', async () => {
    await show(BROWSERS);
    await press('Skip');
    assert.deepEqual(await answer(), { outcome: 'deny', answers: undefined });
  });
});
