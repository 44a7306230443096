import type { CardView } from '../../src/protocol/cardView.ts';
import { wish } from '../../src/protocol/words.ts';

/** The two live regions of the page; they stand in the page from the start, so that readers know them. */
export interface LiveRegions {
  readonly polite: HTMLElement;
  readonly assertive: HTMLElement;
}

/** Adds the live regions to the page. */
export function addLiveRegions(): LiveRegions {
  return { polite: region('polite'), assertive: region('assertive') };
}

function region(level: 'polite' | 'assertive'): HTMLElement {
  const element = document.createElement('div');
  element.className = 'cs-sr';
  element.setAttribute('aria-live', level);
  element.setAttribute('role', level === 'polite' ? 'status' : 'alert');
  document.body.append(element);
  return element;
}

/** Says that a request came: `Claude Code wants to run a command. 3 waiting.` */
export function announceRequest(regions: LiveRegions, card: CardView, waiting: number): void {
  const { display, agent } = card;
  const what = display.kind === 'question' ? 'asks a question' : `wants to ${wish(display)}`;
  const risk = display.risk ? `High risk. ${display.risk.text} ` : '';
  say(
    display.risk ? regions.assertive : regions.polite,
    `${risk}${agent.name} ${what}. ${waiting} waiting.`,
  );
}

/** Reads out a sentence, also when it is the same as before. */
export function say(region: HTMLElement, text: string): void {
  region.textContent = region.textContent === text ? `${text}\u00A0` : text;
}
