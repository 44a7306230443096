import type { CardView } from '../../src/protocol/cardView.ts';
import { WebviewHarness } from './webviewHarness.ts';
import { card, settledCard } from './webviewHarnessCards.ts';

/** Milliseconds in a real browser, medians; a frame of the screen takes about 17 of them. */
export interface CardPanelFigures {
  readonly cards: number;
  /** From the message with all cards to the first of them on the screen. */
  readonly firstPaintMs: number;
  /** From there until every card is in the page. */
  readonly allDrawnMs: number;
  /** From the press on a button to the outcome on the screen. */
  readonly answerMs: number;
  readonly slowestAnswerMs: number;
  /** Built files, in bytes. */
  readonly bytes: Readonly<Record<string, number>>;
}

const CARDS = 1000;
const RUNS = 5;
const ANSWERS = 20;

/** How the card panel does with 1,000 waiting cards. */
export async function benchCardPanel(): Promise<CardPanelFigures> {
  const harness = await WebviewHarness.start();
  const paints: number[] = [];
  const draws: number[] = [];
  const answers: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const view = await harness.open('cards');
    const [paint, draw] = (await view.page.evaluate(paintScript())) as [number, number];
    paints.push(paint);
    draws.push(draw);
    for (let index = 0; index < ANSWERS; index++) {
      answers.push((await view.page.evaluate(answerScript(index))) as number);
    }
    await view.close();
  }
  const bytes = harness.sizes();
  await harness.stop();
  return {
    cards: CARDS,
    firstPaintMs: median(paints),
    allDrawnMs: median(draws),
    answerMs: median(answers),
    slowestAnswerMs: Math.round(Math.max(...answers)),
    bytes,
  };
}

/** One in ten is an edit, as in a day's work. */
function manyCards(): CardView[] {
  const text = Array.from({ length: 40 }, (_, line) => `const value${line} = ${line};`).join('\n');
  const change = { kind: 'write', oldText: text, newText: text.replaceAll('5', '6') } as const;
  return Array.from({ length: CARDS }, (_, index) =>
    index % 10 === 5
      ? card(
          { tool: 'edit', path: `/x/src/a${index}.ts`, change },
          { id: `c${index}`, raisedAt: index },
        )
      : card(commandOf(index), { id: `c${index}`, raisedAt: index, why: 'Check the fix.' }),
  );
}

function commandOf(index: number) {
  return { tool: 'execute', cwd: 'packages/auth', command: `pnpm test --run ${index}` } as const;
}

const NEXT_PAINT = 'new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))';

function paintScript(): string {
  return `(async () => {
    const cards = ${JSON.stringify(manyCards())};
    await ${NEXT_PAINT};
    const start = performance.now();
    window.postMessage({ type: 'cards', cards }, '*');
    while (!document.querySelector('.cs-card')) await ${NEXT_PAINT};
    const paint = performance.now() - start;
    while (document.querySelectorAll('.cs-card').length < ${CARDS}) await ${NEXT_PAINT};
    const drawn = performance.now() - start - paint;
    await new Promise((done) => setTimeout(done, 700));
    return [paint, drawn];
  })()`;
}

/** Presses Allow once on the first card that waits; the host's answer comes at once. */
function answerScript(index: number): string {
  const number = index * 10;
  const settled = settledCard(commandOf(number), { id: `c${number}`, raisedAt: number });
  return `(async () => {
    const card = document.getElementById('card-c${number}');
    card.scrollIntoView();
    card.focus();
    await new Promise((done) => setTimeout(done, 600));
    const start = performance.now();
    card.querySelector('.allow').click();
    window.postMessage(${JSON.stringify({ type: 'changed', cards: [settled] })}, '*');
    while (!document.querySelector('#card-c${number}.is-done')) await ${NEXT_PAINT};
    return performance.now() - start;
  })()`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
