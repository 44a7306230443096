import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebviewHarness } from '../../support/webviewHarness.ts';
import { card, PNPM_TEST } from '../../support/webviewHarnessCards.ts';

const ARMED_MS = 600;
const LAST = card(PNPM_TEST, { raisedAt: 100 });
const ABOVE = Array.from({ length: 60 }, (_, at) =>
  card(PNPM_TEST, { id: `above${at}`, raisedAt: at }),
);

describe('a card far below what is on show', function () {
  this.timeout(60_000);
  let harness: WebviewHarness;

  before(async () => {
    harness = await WebviewHarness.start();
  });
  after(() => harness.stop());

  for (const wasSeen of [false, true])
    it(`takes no answer in the moment when it comes up, ${wasSeen ? 'seen before or' : ''} not`, async () => {
      const view = await harness.open('cards');
      await view.send({ type: 'cards', cards: [...ABOVE, LAST] });
      if (wasSeen)
        for (const id of ['r1', 'above0'])
          await view.page.locator(`#card-${id}`).scrollIntoViewIfNeeded();
      await sleep(ARMED_MS);
      await view.sendThen(
        [{ type: 'cards', cards: [LAST] }],
        `for (let i = 0; i < 4; i++) await new Promise((drawn) => requestAnimationFrame(drawn));
         document.querySelector('#card-r1 .allow').click();`,
      );
      assert.deepEqual(await view.sent(), []);
      await sleep(ARMED_MS);
      await view.page.locator('#card-r1 .allow').click();
      assert.equal((await view.sent()).length, 1);
      await view.close();
    });
});
