import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { LanTransport } from '../../src/phone/lan/transport.ts';
import { RelayTransport } from '../../src/phone/relay/transport.ts';
import type { PhoneTransport } from '../../src/phone/transport.ts';
import { draftOf, execute } from '../support/builders.ts';
import { lanOptions } from '../support/lanUnderTest.ts';
import { Relay } from '../support/nginx.ts';
import { PhoneBrowser, type TestPhone } from '../support/phoneBrowser.ts';
import { type PhoneStage, phoneStage } from '../support/phoneStage.ts';
import { ROOT } from '../support/testFolder.ts';

const ROUNDS = 40;
const WARM_UP = 5;
/** A card takes no answer for half a second. Milliseconds. */
const ARMING_MS = 600;
const PAGE = path.join(ROOT, 'dist/phone');

/** Milliseconds. */
interface PhonePageReport {
  /** From the link that is opened to a page that is connected, the digits typed at once. */
  readonly pairing: number;
  /** Raised until the card is in the page. */
  readonly shown: Percentiles;
  /** Tapped until the broker has handed the answer to the agent's adapter. */
  readonly answered: Percentiles;
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** The built page in a real browser, with real phone code, over loopback. Needs a build. */
export async function benchPhonePage(): Promise<{
  readonly gzippedKilobytes: number;
  readonly lan: PhonePageReport;
  readonly relay: PhonePageReport | string;
}> {
  const browser = await PhoneBrowser.launch();
  const lan = new LanTransport(lanOptions({ clock: systemClock, pageFolder: PAGE }));
  try {
    return {
      gzippedKilobytes: await gzippedKilobytes(),
      lan: await measure(browser, lan),
      relay: process.platform === 'linux' ? await overRelay(browser) : 'Linux only',
    };
  } finally {
    await lan.stop();
    await browser.close();
  }
}

async function overRelay(browser: PhoneBrowser): Promise<PhonePageReport> {
  const relay = await Relay.start({ page: PAGE });
  const transport = new RelayTransport({ relay: new URL(relay.url) });
  try {
    return await measure(browser, transport);
  } finally {
    transport.dispose();
    await relay.dispose();
  }
}

async function measure(browser: PhoneBrowser, transport: PhoneTransport): Promise<PhonePageReport> {
  const stage = await phoneStage({
    clock: systemClock,
    timers: systemTimers,
    transports: [transport],
  });
  const phone = await browser.phone();
  try {
    const pairing = await pair(stage, phone, transport);
    await phone.page.evaluate(WATCH);
    const rounds = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round++)
      rounds.push(await oneRound(stage, phone, round));
    const counted = rounds.slice(WARM_UP);
    return {
      pairing,
      shown: percentiles(counted.map(({ shown }) => shown)),
      answered: percentiles(counted.map(({ answered }) => answered)),
    };
  } finally {
    stage.phone.dispose();
    await phone.close();
  }
}

async function pair(stage: PhoneStage, { page }: TestPhone, { kind }: PhoneTransport) {
  const pairing = await stage.phone.pair(kind);
  const begun = performance.now();
  await page.goto(pairing.url, { waitUntil: 'commit' });
  const digits = await page.evaluate<string>(shows('[aria-label^="Six digits:"]'));
  await pairing.confirm(digits.replace(/\D/g, ''));
  await page.evaluate<string>(shows('[data-connection=connected]'));
  return Math.round(performance.now() - begun);
}

/** Resolves with the text. Looks at each frame; a locator looks less and less often. */
function shows(selector: string): string {
  return `new Promise((resolve) => {
    const look = () => {
      const shown = document.querySelector(${JSON.stringify(selector)});
      if (shown) resolve(shown.textContent);
      else requestAnimationFrame(look);
    };
    look();
  })`;
}

/** Both clocks are this machine's, counted from the same epoch. */
const now = () => performance.timeOrigin + performance.now();

async function oneRound({ broker }: PhoneStage, { page }: TestPhone, round: number) {
  const draft = draftOf(execute(`pnpm test --run ${round}`));
  // Both are asked for beforehand, and nothing looks again and again: that would take part of what is measured.
  await page.evaluate('void (window.shown = window.nextShown())');
  const allow = page.locator(`.cs-card:not(.is-done) .allow:not([aria-disabled=true])`);
  const raisedAt = now();
  const answeredAt = new Promise<number>((resolve) => broker.raise(draft, () => resolve(now())));
  const shown = (await page.evaluate<number>('window.shown')) - raisedAt;
  await page.waitForTimeout(ARMING_MS);
  await allow.click();
  const answered = (await answeredAt) - (await page.evaluate<number>('window.tappedAt'));
  return { shown, answered };
}

const WATCH = `{
  const now = () => performance.timeOrigin + performance.now();
  const seen = new Set();
  let tell;
  window.nextShown = () => new Promise((resolve) => { tell = resolve; });
  new MutationObserver(() => {
    for (const { dataset } of document.querySelectorAll('[data-request]')) {
      if (seen.has(dataset.request)) continue;
      seen.add(dataset.request);
      tell(now());
    }
  }).observe(document.body, { childList: true, subtree: true });
  addEventListener('click', () => { window.tappedAt = now(); }, { capture: true });
}`;

/** What a phone loads to show the page; without the pictures of the installed app. */
async function gzippedKilobytes(): Promise<number> {
  const names = (await readdir(PAGE)).filter((name) => !name.endsWith('.png'));
  const files = await Promise.all(names.map((name) => readFile(path.join(PAGE, name))));
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  return Math.round((bytes / 1024) * 10) / 10;
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1));
  return { p50: at(0.5), p95: at(0.95) };
}
