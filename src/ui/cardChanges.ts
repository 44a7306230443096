import type * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { type CardView, cardView } from '../protocol/cardView.ts';
import { coalesce } from './coalesce.ts';

/** About one frame of the screen. Milliseconds. */
const FRAME = 16;

/** The card of a request that waits, with what the rules said of it. */
export function waitingCard(broker: Broker, request: PermissionRequest): CardView {
  return cardView(request, undefined, broker.whyAsked(request.id));
}

/** Tells which cards are new or changed, as many at once as came in a frame. */
export function watchCards(
  broker: Broker,
  concerns: (request: PermissionRequest) => boolean,
  tell: (cards: readonly CardView[]) => void,
): vscode.Disposable {
  const changed = new Map<string, CardView>();
  const flush = coalesce(() => {
    const cards = [...changed.values()];
    changed.clear();
    tell(cards);
  }, FRAME);
  const put = (card: CardView) => {
    changed.set(card.id, card);
    flush.run();
  };
  const subscriptions = [
    flush,
    broker.onDidRaise((request) => concerns(request) && put(waitingCard(broker, request))),
    broker.onDidSettle((settled) => {
      if (concerns(settled.request)) put(cardView(settled.request, settled));
    }),
  ];
  return { dispose: () => subscriptions.forEach((each) => void each.dispose()) };
}
