import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import type { PhoneCard } from '../../../src/protocol/phone/payloads.ts';
import { onPhones } from '../../support/onPhones.ts';
import type { PhoneDesktop } from '../../support/phoneDesktop.ts';
import { type Phone, phoneCard, picture } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

/** Longer than the list has to be at rest before it moves by itself. */
const LONG = 2500;

describe('the list of the page for phones', function () {
  this.timeout(60_000);
  let phone: Phone;
  let desktop: PhoneDesktop;
  let page: Page;

  onPhones((stage) => {
    ({ phone, desktop } = stage);
  });
  beforeEach(async () => {
    page = await phone.paired(desktop);
  });

  /** Requests that are on show and take answers. */
  async function raised(count: number): Promise<readonly PhoneCard[]> {
    const cards = Array.from({ length: count }, () => phoneCard(PNPM_TEST));
    for (const card of cards) desktop.raise(card);
    await page.locator(`#card-${cards.at(-1)?.id} .allow:not([aria-disabled=true])`).waitFor();
    return cards;
  }

  const card = ({ id }: PhoneCard) => page.locator(`#card-${id}`);
  const topOf = (each: PhoneCard) =>
    page.evaluate<number>(`document.getElementById('card-${each.id}').getBoundingClientRect().top`);

  it('moves nothing when a request is answered; then what is over makes room, and nothing takes a tap at first', async () => {
    const [first, second] = await raised(2);
    assert.ok(first && second);
    const before = await topOf(second);
    const moved = page.evaluate<Moved>(watchFirstMove(first, second));
    await card(first).locator('.deny').tap();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    await page.getByText('Sending your Deny…').waitFor();
    await picture(page, 'answered in its place');
    desktop.resolve(first.id, { mine: true });
    const { tops, top, isOff } = await moved;
    assert.deepEqual(tops, [before]);
    assert.ok(top < before, `${top} is above ${before}`);
    assert.equal(isOff, 'true');
    assert.equal(await card(first).count(), 0);
    await page.getByRole('heading', { name: 'Last answer', exact: true }).waitFor();
    assert.equal(await page.locator('.p-away .cs-outcome.ok').count(), 1);
    await picture(page, 'answered and gone on');
  });

  it('lets answers follow each other without a wait: what is below an answered one stays live', async () => {
    const cards = await raised(3);
    for (const [at, each] of cards.entries()) {
      await card(each).locator('.allow').tap();
      await waitFor(() => desktop.answers.length === at + 1, 'the answer', 400);
      desktop.resolve(each.id, { mine: true });
    }
    await page.getByRole('heading', { name: 'Last answers' }).waitFor();
    assert.equal(await page.locator('.p-away .cs-card').count(), 3);
    await page.getByText('Nothing is waiting').waitFor();
    assert.deepEqual(
      desktop.answers.map(({ card: id }) => id),
      cards.map(({ id }) => id),
    );
  });

  it('does not move while a finger is down, also when what it is on goes', async () => {
    const finger = await phone.context.newCDPSession(page);
    for (const isItself of [true, false]) {
      const [first, second] = await raised(2);
      assert.ok(first && second);
      await press(finger, await middleOf(card(isItself ? first : second).locator('.allow')));
      const before = await topOf(second);
      desktop.resolve(first.id);
      await page.locator(`#card-${first.id}.is-done`).waitFor();
      await sleep(LONG);
      assert.equal(await topOf(second), before);
      await lift(finger);
      await card(first).waitFor({ state: 'detached' });
    }
    assert.deepEqual(desktop.answers, []);
  });

  it('goes on to the next request with the focus', async () => {
    const [first, second] = await raised(2);
    assert.ok(first && second);
    await card(first).locator('.deny').tap();
    await page.locator(`#card-${first.id}:focus`).waitFor();
    desktop.resolve(first.id, { mine: true });
    await page.locator(`#card-${second.id}:focus`).waitFor();
    await card(second).locator('.deny:not([aria-disabled=true])').tap();
    desktop.resolve(second.id, { mine: true });
    await page.locator('[data-list]:focus').waitFor();
  });

  it('still shows the latest five of many answers, and the oldest request that waits on top', async () => {
    const cards = await raised(9);
    for (const each of cards.slice(0, 8)) desktop.resolve(each.id);
    await page.locator('.p-away .cs-card').nth(4).waitFor();
    assert.equal(await page.locator('.p-away .cs-card').count(), 5);
    assert.equal(await page.locator('.p-cards .cs-card').count(), 1);
    assert.ok((await topOf(cards[8] as PhoneCard)) < 200);
  });
});

interface Moved {
  /** Where the second one was while the first one was on the list. */
  readonly tops: readonly number[];
  /** Where it is right after that, and whether it takes a tap. */
  readonly top: number;
  readonly isOff: string | null;
}

/** Watches two cards until the first one has left the list. */
function watchFirstMove(first: PhoneCard, second: PhoneCard): string {
  return `new Promise((resolve) => {
    const tops = new Set();
    const topOf = () => document.getElementById('card-${second.id}').getBoundingClientRect().top;
    const look = () => {
      if (document.getElementById('card-${first.id}')) {
        tops.add(topOf());
        return requestAnimationFrame(look);
      }
      // One frame later: the list is laid out by then.
      requestAnimationFrame(() => {
        const button = document.querySelector('#card-${second.id} .allow');
        resolve({ tops: [...tops], top: topOf(), isOff: button.getAttribute('aria-disabled') });
      });
    };
    look();
  })`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

async function middleOf(button: ReturnType<Page['locator']>): Promise<Point> {
  const box = await button.boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function press(finger: CDPSession, point: Point): Promise<void> {
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
}

/** Lets go without a tap. */
async function lift(finger: CDPSession): Promise<void> {
  await finger.send('Input.dispatchTouchEvent', { type: 'touchCancel', touchPoints: [] });
}
