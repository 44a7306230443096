import { draftOf, execute } from '../support/builders.ts';
import type { FakePhone } from '../support/fakePhone.ts';
import { type PhoneStage, pairPhone, phoneStage, until } from '../support/phoneStage.ts';

const ROUNDS = 200;
const WARM_UP = 30;
const DEVICES = 20;
const CARDS = 200;

/** Milliseconds. */
interface PhoneHubReport {
  /** From the code that was scanned to a device that answers. */
  readonly pairing: number;
  /** Raised until the phone has opened the card, one phone; without a network. */
  readonly cardP50: number;
  readonly cardP95: number;
  /** Sealed on the phone until the agent has its answer. */
  readonly answerP50: number;
  readonly answerP95: number;
  /** Twenty phones, two hundred cards: until the last one is there, the phones' own work included. */
  readonly manyCards: number;
  /** The most processor time that one turn of the event loop took meanwhile; phones' work included. */
  readonly longestTurn: number;
  readonly lost: number;
  readonly doubled: number;
}

/** The phone's part of a request, with mailboxes in memory. */
export async function benchPhoneHub(): Promise<PhoneHubReport> {
  const started = performance.now();
  const stage = await phoneStage();
  const phone = await pairPhone(stage);
  const pairing = performance.now() - started;
  const { cards, answers } = await roundTrips(stage, phone);
  stage.phone.dispose();
  return {
    pairing,
    cardP50: percentile(cards, 0.5),
    cardP95: percentile(cards, 0.95),
    answerP50: percentile(answers, 0.5),
    answerP95: percentile(answers, 0.95),
    ...(await manyCards()),
  };
}

async function roundTrips(stage: PhoneStage, phone: FakePhone) {
  const cards: number[] = [];
  const answers: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const raisedAt = performance.now();
    const { request } = stage.raise(draftOf(execute(`pnpm test --run ${round}`)));
    await turnsUntil(() => phone.open.has(request.id));
    const shownAt = performance.now();
    const card = phone.open.get(request.id);
    if (card) phone.answer(card, { outcome: 'allow' });
    await turnsUntil(() => stage.deliveries.length > round);
    if (round < WARM_UP) continue;
    cards.push(shownAt - raisedAt);
    answers.push(performance.now() - shownAt);
  }
  return { cards, answers };
}

async function manyCards() {
  const stage = await phoneStage();
  const phones: FakePhone[] = [];
  for (let index = 0; index < DEVICES; index++)
    phones.push(await pairPhone(stage, `Phone ${index}`));
  const started = performance.now();
  let last = cpuMilliseconds();
  let longestTurn = 0;
  let running = true;
  const watch = () => {
    const now = cpuMilliseconds();
    longestTurn = Math.max(longestTurn, now - last);
    last = now;
    if (running) setImmediate(watch);
  };
  setImmediate(watch);
  for (let index = 0; index < CARDS; index++) {
    stage.raise(draftOf(execute(`ls ${index}`)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => phones.every(({ open }) => open.size === CARDS), 60_000);
  running = false;
  const arrivals = phones.flatMap((phone) => [...phone.arrivals.values()]);
  stage.phone.dispose();
  return {
    manyCards: performance.now() - started,
    longestTurn,
    lost: DEVICES * CARDS - arrivals.length,
    doubled: arrivals.filter((count) => count > 1).length,
  };
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function turnsUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}
