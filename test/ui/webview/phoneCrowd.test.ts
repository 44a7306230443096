import assert from 'node:assert/strict';
import { inBrowser } from '../../support/inBrowser.ts';
import { PhoneDesktop } from '../../support/phoneDesktop.ts';
import { type Phone, PhoneHarness, phoneCard, picture } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

/** The server of this test speaks HTTP/1.1: a browser has six requests under way to it at once, streams included. */
describe('the page for phones with more desktops than its server carries', function () {
  this.timeout(90_000);
  let harness: PhoneHarness;
  let phone: Phone;

  inBrowser(async () => {
    harness = await PhoneHarness.start();
    return harness;
  });
  beforeEach(async () => {
    phone = await harness.phone();
  });

  it('hears some of them, says which it does not, and always gets an answer through', async () => {
    const desktops = Array.from(
      { length: 7 },
      (_, at) => new PhoneDesktop(harness.mailboxes, `desktop-${at}`),
    );
    const page = await phone.open();
    for (const desktop of desktops) {
      await page.evaluate(`location.hash = ${JSON.stringify(desktop.newCode())}`);
      await page.getByText('Type these six digits').waitFor();
      desktop.confirm();
      await page.locator(`section[aria-label=${desktop.name}]`).waitFor({ state: 'attached' });
    }
    await page.locator('[data-connection=connected]').nth(3).waitFor();
    assert.equal(await page.locator('[data-connection=unheard]').count(), 3);
    assert.ok(harness.mailboxes.streams() <= 4, `${harness.mailboxes.streams()} streams`);
    await picture(page, 'crowded');
    await page.getByText('3 desktops are not heard. The relay carries 4 at once').waitFor();
    const answered = async (desktop: PhoneDesktop) => {
      desktop.raise(phoneCard(PNPM_TEST));
      const section = page.locator(`section[aria-label=${desktop.name}]`);
      await section.locator('.allow:not([aria-disabled=true])').click();
      await waitFor(() => desktop.answers.length === 1, `the answer to ${desktop.name}`);
    };
    // The latest paired are heard.
    const [unheard, heard] = [desktops[0], desktops[6]];
    assert.ok(unheard && heard);
    await answered(heard);
    await page
      .locator(`section[aria-label=${unheard.name}]`)
      .getByRole('button', { name: 'Listen to it now' })
      .click();
    await answered(unheard);
    assert.ok(harness.mailboxes.streams() <= 4, `${harness.mailboxes.streams()} streams`);
    assert.equal(await page.locator('[data-connection=unheard]').count(), 3);
  });
});
