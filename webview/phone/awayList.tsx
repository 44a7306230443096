import type { VNode } from 'preact';
import type { App } from './app.ts';
import type { Item } from './items.ts';
import { Outcome } from './outcome.tsx';

/** What ended while nobody looked at this page. */
export function AwayList({ app }: { readonly app: App }): VNode | null {
  const items = app.happenedAway;
  if (items.length === 0) return null;
  return (
    <section class="p-away" aria-labelledby="away">
      <h2 id="away">While you were away</h2>
      {items.map((item) => (
        <Ended key={item.key} item={item} />
      ))}
      <button type="button" class="cs-link p-link" onClick={() => app.clearAway()}>
        Clear this list
      </button>
    </section>
  );
}

/** What was answered last, so that the person sees that it counted. */
export function LastAnswers({ app }: { readonly app: App }): VNode | null {
  const items = app.lastAnswers;
  if (items.length === 0) return null;
  return (
    <section class="p-away" aria-labelledby="last">
      <h2 id="last">{items.length === 1 ? 'Last answer' : 'Last answers'}</h2>
      {items.map((item) => (
        <Ended key={item.key} item={item} />
      ))}
    </section>
  );
}

function Ended({ item }: { readonly item: Item }): VNode {
  const { resolved, message } = item;
  const agent = message?.card.agent.name ?? resolved?.agent ?? '';
  return (
    <div class="cs-card is-done">
      <p class="cs-mute p-small">{agent}</p>
      <code class="cs-one">{message?.card.display.oneLine ?? resolved?.line ?? ''}</code>
      <Outcome item={item} />
    </div>
  );
}
