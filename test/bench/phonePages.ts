import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { RelayTransport } from '../../src/phone/relay/transport.ts';
import { draftOf, execute } from '../support/builders.ts';
import { Relay } from '../support/nginx.ts';
import { PhoneBrowser, type TestPhone } from '../support/phoneBrowser.ts';
import { type PhoneStage, phoneStage } from '../support/phoneStage.ts';
import { ROOT } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';

/** Twenty pairings: each page is paired with each desktop. */
const PAGES = 5;
const DESKTOPS = 4;
const CARDS = 200;
const WITHIN_MS = 240_000;

interface ManyPagesReport {
  /** Cards times pairings, and how many of them were not there, or twice. */
  readonly cards: number;
  readonly lost: number;
  readonly doubled: number;
  /** From the first card to the last one on the last page, on a machine that runs all of them. */
  readonly milliseconds: number;
}

/** Many pages in a real browser over the real relay, and many cards at once. Needs a build. */
export async function benchPhonePages(): Promise<ManyPagesReport> {
  const relay = await Relay.start({ page: path.join(ROOT, 'dist/phone') });
  const transports = Array.from(
    { length: DESKTOPS },
    () => new RelayTransport({ relay: new URL(relay.url) }),
  );
  const stages = await Promise.all(transports.map(desktop));
  const browser = await PhoneBrowser.launch();
  try {
    const phones: TestPhone[] = [];
    for (let at = 0; at < PAGES; at++) phones.push(await pairedWithAll(browser, stages));
    const begun = performance.now();
    for (let card = 0; card < CARDS; card++) {
      for (const stage of stages) stage.raise(draftOf(execute(`ls ${card}`)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waitFor(() => allThere(phones), 'every card', WITHIN_MS).catch(() => undefined);
    const milliseconds = Math.round(performance.now() - begun);
    const shown = await Promise.all(phones.map(idsOn));
    const different = shown.map((ids) => new Set(ids).size);
    return {
      cards: PAGES * ON_EACH,
      lost: PAGES * ON_EACH - sum(different),
      doubled: sum(shown.map(({ length }) => length)) - sum(different),
      milliseconds,
    };
  } finally {
    await browser.close();
    for (const { phone } of stages) phone.dispose();
    for (const transport of transports) transport.dispose();
    await relay.dispose();
  }
}

const ON_EACH = DESKTOPS * CARDS;

function desktop(transport: RelayTransport, at: number): Promise<PhoneStage> {
  return phoneStage({
    clock: systemClock,
    timers: systemTimers,
    transports: [transport],
    workspaceName: `desktop ${at}`,
  });
}

async function pairedWithAll(
  browser: PhoneBrowser,
  stages: readonly PhoneStage[],
): Promise<TestPhone> {
  const phone = await browser.phone();
  for (const [at, stage] of stages.entries()) {
    const pairing = await stage.phone.pair('relay');
    const result = await pairing.confirm(await phone.scan(pairing.url));
    if (!result.ok) throw new Error(`Not paired: ${result.error.kind}`);
    const connected = phone.page.locator('[data-connection=connected]');
    await waitFor(async () => (await connected.count()) === at + 1, 'the connections', WITHIN_MS);
  }
  return phone;
}

async function allThere(phones: readonly TestPhone[]): Promise<boolean> {
  for (const phone of phones) if ((await idsOn(phone)).length < ON_EACH) return false;
  return true;
}

function idsOn({ page }: TestPhone): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('article[data-request]')]
    .map((card) => card.closest('section').getAttribute('aria-label') + card.dataset.request)`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
