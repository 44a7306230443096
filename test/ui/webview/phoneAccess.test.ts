import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { CONTRAST, NAMES, REFERENCES } from '../../support/accessChecks.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { PhoneDesktop } from '../../support/phoneDesktop.ts';
import { type Phone, PhoneHarness, phoneCard, picture } from '../../support/phoneHarness.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

const PAGE_LIMIT = 120 * 1024;

describe('the page for phones, usable by everyone', function () {
  this.timeout(60_000);
  let harness: PhoneHarness;
  let phone: Phone;
  let desktop: PhoneDesktop;

  inBrowser(async () => {
    harness = await PhoneHarness.start();
    return harness;
  });
  beforeEach(() => {
    desktop = new PhoneDesktop(harness.mailboxes);
  });

  const check = async (page: Page) => {
    // Buttons that take no answer yet may be faint.
    await sleep(700);
    assert.deepEqual(await page.evaluate(NAMES), []);
    assert.deepEqual(await page.evaluate(REFERENCES), []);
    assert.deepEqual(await page.evaluate(CONTRAST), []);
    assert.deepEqual(await page.evaluate(TOO_SMALL), []);
    assert.deepEqual(await page.evaluate(TOO_WIDE), []);
  };

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`names everything, in text of 4.5:1 and more, with targets of 44 px and more: ${colorScheme}`, async () => {
      phone = await harness.phone({ colorScheme });
      const page = await phone.open();
      await page.getByText('Scan the code').waitFor();
      await check(page);
      await page.close();
      const paired = await phone.paired(desktop);
      await check(paired);
      for (const each of everyKind()) desktop.raise(each);
      await paired.locator('.cs-card').nth(5).waitFor();
      await check(paired);
      if (colorScheme === 'dark') await picture(paired, 'list');
      for (const review of ['Review 2 lines', 'Review 40 lines', 'Answer']) {
        await paired.getByRole('button', { name: review, exact: true }).first().click();
        await check(paired);
        if (colorScheme === 'dark') await picture(paired, `card ${review}`);
        await paired.locator('.cs-more:not([aria-disabled=true])').click();
        await check(paired);
        await paired.getByRole('button', { name: 'Back' }).click();
      }
      await paired.getByText('More ways to answer').first().click();
      await paired.locator('.always:not([aria-disabled=true])').click();
      await check(paired);
      await paired.getByRole('button', { name: 'Back' }).click();
      await paired.getByRole('button', { name: 'Back' }).click();
      await paired.getByLabel('Settings and paired desktops').click();
      await check(paired);
    });
  }

  it('fits on 320 px and with letters of 22 px as well', async () => {
    phone = await harness.phone({ viewport: { width: 320, height: 600 } });
    const page = await phone.paired(desktop);
    for (const each of everyKind()) desktop.raise(each);
    await page.locator('.cs-card').nth(5).waitFor();
    assert.deepEqual(await page.evaluate(TOO_WIDE), []);
    await page.evaluate(`document.body.style.setProperty('--fs', '22px')`);
    assert.deepEqual(await page.evaluate(TOO_WIDE), []);
  });

  it('stays readable in the colours that the system forces, and still when less motion is wanted', async () => {
    phone = await harness.phone({ forcedColors: 'active', reducedMotion: 'reduce' });
    const page = await phone.paired(desktop);
    for (const each of everyKind()) desktop.raise(each);
    await page.locator('.cs-card').nth(5).waitFor();
    assert.equal(await page.evaluate('document.getAnimations().length'), 0);
    await picture(page, 'forced colours');
    assert.deepEqual(await page.evaluate(CONTRAST), []);
  });

  it('tells a screen reader of a request, and of an answer that did not count', async () => {
    phone = await harness.phone();
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST);
    desktop.raise(card);
    const polite = page.locator('body > [role=status]');
    await polite
      .filter({ hasText: 'Claude Code wants to run a command' })
      .waitFor({ state: 'attached' });
    desktop.send({ t: 'refused', card: card.id, text: 'It did not count.' });
    await page
      .locator('body > [role=alert]', { hasText: 'It did not count.' })
      .waitFor({ state: 'attached' });
  });

  it('weighs less than 120 KB, all scripts, styles and icons of the page together', async () => {
    phone = await harness.phone();
    const sizes = [...harness.files]
      .filter(([name]) => /\.(js|css|svg|html|webmanifest)$/.test(name))
      .map(([name, body]) => [name, gzipSync(body).length] as const);
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(total <= PAGE_LIMIT, `${total} bytes: ${JSON.stringify(sizes)}`);
  });

  it('fetches nothing from anywhere else', async () => {
    phone = await harness.phone();
    const asked: string[] = [];
    phone.context.on('request', (request) => asked.push(request.url()));
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.cs-card').waitFor();
    assert.deepEqual(
      asked.filter((url) => !url.startsWith(harness.mailboxes.origin)),
      [],
    );
  });
});

function everyKind() {
  const lines = Array.from({ length: 40 }, (_, at) => `const line${at} = ${at};`).join('\n');
  return [
    phoneCard(PNPM_TEST, { why: 'Check whether the refresh test still fails.' }),
    phoneCard({ tool: 'execute', command: 'echo one &&\nrm -rf build', cwd: 'packages/auth' }),
    phoneCard({
      tool: 'edit',
      path: '/home/mara/acme-web/src/auth/session.ts',
      change: { kind: 'write', newText: lines },
    }),
    phoneCard(PNPM_TEST, {
      source: 'agent_question',
      questions: [
        {
          id: 'q',
          text: 'Which browsers?',
          multiSelect: true,
          choices: [
            { label: 'Chrome', description: 'Old ones too' },
            { label: 'Firefox', description: '' },
          ],
        },
      ],
    }),
    phoneCard({ tool: 'fetch', url: 'https://example.org/a/b?c=d', method: 'GET' }),
    phoneCard({
      tool: 'mcp',
      server: 'linear',
      toolName: 'create_issue',
      arguments: { team: 'ENG', title: 'Flaky refresh test' },
    }),
  ];
}

const TOO_SMALL = `[...document.querySelectorAll('button, label, input[type=text], [role=menuitem]')]
  .filter((each) => !each.closest('[inert], .cs-sr'))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 0 && (height < 44 || width < 44))
  .map(([each, { width, height }]) => each.outerHTML.slice(0, 120) + ' ' + width + 'x' + height)`;

const TOO_WIDE = `[document.documentElement, ...document.querySelectorAll('.p-body, .p-foot, .p-pair, .cs-card, .cs-payload')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => (each.className || 'page') + ' ' + each.textContent.slice(0, 40))`;
