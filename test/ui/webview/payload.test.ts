import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action } from '../../../src/permission/action.ts';
import type { CardView } from '../../../src/protocol/cardView.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness } from '../../support/webviewHarness.ts';
import { type CardOptions, card, FOLDER, settledCard } from '../../support/webviewHarnessCards.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const BAD = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"'&lt;`;
const command = (text: string): Action => ({ tool: 'execute', cwd: '.', command: text });
const write = (newText: string, oldText?: string): Action => ({
  tool: 'edit',
  path: `${FOLDER}/src/a.ts`,
  change: { kind: 'write', newText, ...(oldText !== undefined && { oldText }) },
});

describe('payload of a card', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const show = async (action: Action, options: CardOptions = {}) => {
    view = await harness.open('cards');
    await view.send({ type: 'cards', cards: [card(action, options)] });
  };
  const text = (selector: string) => view.page.locator(selector).allTextContents();
  const folds = () => text('.cs-fold');
  const payload = async () => (await text('.cs-payload')).join('');

  it('shows up to 12 lines whole, and folds the middle of more', async () => {
    await show(command(lines(12)));
    assert.deepEqual(await folds(), []);
    await view.close();
    await show(command(lines(13)));
    assert.deepEqual(await folds(), ['Show 5 lines in between']);
    assert.match(await payload(), /line 5Show 5 lines in betweenline 11\nline 12$/);
    await view.page.locator('.cs-fold').click();
    assert.match(await payload(), /line 5Show lessline 6\nline 7/);
  });

  it('keeps a risky word, a secret and an invisible character in sight', async () => {
    const hidden = [
      [8, 'sudo rm -rf /'],
      [14, `export T=${TOKEN}`],
      [20, 'echo \u202Etxt'],
    ] as const;
    const all = lines(40).split('\n');
    for (const [line, payload] of hidden) all[line] = payload;
    await show(command(all.join('\n')));
    const shown = await payload();
    assert.deepEqual(await text('.hot'), ['sudo']);
    assert.deepEqual(await text('.cs-payload .cs-chip'), ['redacted: GitHub token']);
    assert.deepEqual(await text('.cs-payload .cs-esc [aria-hidden]'), ['U+202E']);
    assert.ok(shown.includes('rm -rf /') && !shown.includes(TOKEN));
    assert.deepEqual(await folds(), [
      'Show 5 lines in between',
      'Show 5 lines in between',
      'Show 17 lines in between',
    ]);
  });

  it('never hides fewer than 4 lines', async () => {
    const all = lines(15).split('\n');
    all[9] = `T=${TOKEN}`;
    await show(command(all.join('\n')));
    assert.deepEqual(await folds(), []);
  });

  it('folds one endless line as well, with its end in sight', async () => {
    await show(command(`echo ${'x'.repeat(20_000)} ; rm -rf /`));
    assert.match((await folds())[0] ?? '', /^Show \d+ lines in between$/);
    assert.deepEqual(await text('.hot'), ['-rf']);
  });

  it('says in sight that a very long payload goes on elsewhere', async () => {
    await show(command(lines(20_000)));
    assert.match(await payload(), /… \d+ characters are not shown here\./);
    await view.page.locator('.cs-cut').getByText('Open the whole request').click();
    assert.deepEqual(await view.sent(), [{ type: 'openWhole', requestId: 'r1' }]);
  });

  it('reads secrets and invisible characters by their names, and says how many there are', async () => {
    await show(command(`curl -H "Authorization: Bearer ${TOKEN}" https://a.b/\u202Egpj`));
    const escaped = view.page.locator('.cs-esc');
    assert.equal(await escaped.getAttribute('title'), 'right-to-left override');
    assert.equal(await escaped.locator('.cs-sr').textContent(), ' right-to-left override ');
    assert.deepEqual(await text('.cs-note'), [
      '1 secret is hidden here, on the phone and in the history. The command itself still contains it.',
      '1 invisible character is shown as a code. It can make a text read differently from what runs. Text is shown in the order it is sent.',
    ]);
    assert.ok(!(await view.page.content()).includes(TOKEN));
  });

  it('shows an edit as rows with signs, and counts what is folded', async () => {
    const old = lines(30);
    await show(write(old.replaceAll('line', 'row'), old));
    assert.deepEqual(await text('.cs-stat'), ['+30 −30']);
    assert.deepEqual(await folds(), ['Show 51 lines in between (+28 −23)']);
    assert.equal(await view.page.locator('.cs-row').count(), 9);
    assert.deepEqual((await text('.cs-row .cs-sr')).slice(0, 1), ['removed line 1: ']);
    await view.page.locator('.cs-fold').click();
    assert.equal(await view.page.locator('.cs-row').count(), 60);
  });

  it('shows a new file with three lines and two', async () => {
    await show(write(lines(200)));
    assert.deepEqual(await folds(), ['Show 195 lines in between']);
    assert.equal(await view.page.locator('.cs-row.add').count(), 5);
  });

  it('lets the host of an address stand out, and shows it as the network sees it', async () => {
    await show({ tool: 'fetch', url: 'https://аpple.com/a?b=1' });
    assert.deepEqual(await text('.cs-payload b'), ['аpple.com (xn--pple-43d.com)']);
    assert.deepEqual(await text('.cs-payload .dim'), ['GET https://', '/a?b=1']);
  });

  it('wraps: no line is wider than the card', async () => {
    const long = 'x'.repeat(3000);
    view = await harness.open('cards', { width: 300 });
    const all = [
      card(command(`echo ${long}`), { id: 'a' }),
      card(write(long), { id: 'b' }),
      card({ tool: 'fetch', url: `https://a.b/${long}` }, { id: 'c' }),
      card({ tool: 'mcp', server: long, toolName: long, arguments: { [long]: long } }, { id: 'd' }),
      card({ tool: 'execute', command: long, widened: { [long]: long } }, { id: 'e', why: long }),
    ];
    await view.send({ type: 'cards', cards: all });
    const wide =
      await view.page.evaluate(`[...document.querySelectorAll('.cs-list, .cs-card, .cs-payload, pre')]
      .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.className)`);
    assert.deepEqual(wide, []);
  });

  it('shows markup of an agent as text, in every field', async () => {
    view = await harness.open('cards', { height: 5000 });
    await view.send({ type: 'cards', cards: hostileCards() });
    for (const id of ['a', 'd']) {
      await sleep(600);
      await view.page.locator(`#card-${id} .cs-more`).click();
      await view.page.locator(`#card-${id} [role=menu]`).waitFor();
    }
    await view.send({ type: 'refused', requestId: 'a', text: BAD });
    await view.page.locator('.cs-card[data-request=b] .always').click();
    const made = await view.page.evaluate(
      `document.querySelectorAll('#root :is(img, script, style)').length`,
    );
    assert.equal(made, 0);
    assert.equal(await view.page.evaluate('window.hacked'), undefined);
    const shown = await view.page.locator('#root').textContent();
    assert.ok((shown ?? '').split(BAD).length > 15, 'the markup is there as text');
  });
});

/** The same markup wherever an agent, a tool or a person can put text. */
function hostileCards(): CardView[] {
  const options: CardOptions = {
    agent: { id: 'x', name: BAD, version: BAD },
    session: {
      key: 's',
      title: BAD,
      cwd: FOLDER,
      workspaceFolder: `/x/${BAD.replaceAll('/', '')}`,
    },
    why: BAD,
    options: (['allow_once', 'reject_once'] as const).map((kind) => ({
      id: kind,
      label: BAD,
      kind,
      bound: 'exact',
      nativeDecision: 1,
      nativeScope: BAD,
    })),
  };
  const ask = {
    id: 'q',
    text: BAD,
    multiSelect: true,
    choices: [{ label: BAD, description: BAD }],
  };
  const json = { [BAD]: [BAD] };
  return [
    card(
      { ...command(BAD), tool: 'execute', command: BAD, cwd: BAD, widened: json },
      { ...options, id: 'a', raisedAt: 1 },
    ),
    card(write(BAD, 'old'), { ...options, id: 'b', raisedAt: 2 }),
    card(
      { tool: 'mcp', server: BAD, toolName: BAD, arguments: json },
      { ...options, id: 'c', raisedAt: 3 },
    ),
    card(
      { tool: 'other', toolName: BAD, input: json },
      { ...options, id: 'd', raisedAt: 4, questions: [ask] },
    ),
    card({ tool: 'fetch', url: `https://a.b/${BAD}` }, { ...options, id: 'e', raisedAt: 5 }),
    card({ tool: 'move', from: BAD, to: BAD }, { ...options, id: 'f', raisedAt: 6 }),
    settledCard(
      command(BAD),
      { ...options, id: 'g', raisedAt: 7 },
      { outcome: 'deny', feedback: BAD },
    ),
  ];
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index}`).join('\n');
}
