import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { useArming } from '../shared/arming.ts';
import { What, Who } from '../shared/cardHead.tsx';
import { memo } from '../shared/memo.ts';
import { Facts, Note, RiskNote } from '../shared/notes.tsx';
import { Payload } from '../shared/payload.tsx';
import { Button } from '../shared/toolkit.ts';
import type { App } from './app.ts';
import { type CardItem, fitsInList, isOver, reviewLabel } from './items.ts';
import { Outcome } from './outcome.tsx';
import type { Choice } from './vault.ts';

interface ListCardProps {
  readonly app: App;
  readonly item: CardItem;
  /** The connection is there and there is no answer yet; a prop of its own, since it changes without the item. */
  readonly canAnswer: boolean;
}

/** One request on the list. It is answered here where all of it is to be seen, else opened. */
export const ListCard = memo(({ app, item, canAnswer }: ListCardProps): VNode => {
  const { message, phase } = item;
  const { card } = message;
  const { id, display } = card;
  const over = isOver(item);
  const fits = fitsInList(card);
  const open = () => app.show({ kind: 'card', key: item.key });
  const { element, height } = useKeptHeight(phase.kind === 'open');
  return (
    <article
      ref={element}
      id={`card-${id}`}
      class={`cs-card${display.risk && !over ? ' is-risk' : ''}${over ? ' is-done' : ''}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus.
      tabIndex={0}
      data-request={id}
      aria-labelledby={`what-${id}`}
      aria-busy={phase.kind === 'sent'}
      style={{ minHeight: height === undefined ? '' : `${height}px` }}
    >
      <Who card={over ? { ...card, outcome: SETTLED } : card} />
      <What id={`what-${id}`} display={display} />
      {over ? (
        <code class="cs-one">{display.oneLine}</code>
      ) : (
        <>
          {display.risk && <RiskNote id={`risk-${id}`} text={display.risk.text} />}
          <div class={fits ? undefined : 'p-peek'} inert={!fits}>
            <Payload
              id={`payload-${id}`}
              display={display}
              {...(card.verdict && { parts: card.verdict.parts })}
            />
          </div>
          {fits && <Facts id={`facts-${id}`} display={display} />}
          {phase.kind === 'open' && phase.refused !== undefined && (
            <Note icon="error" tone="err" text={phase.refused} alert />
          )}
        </>
      )}
      <Outcome item={item} />
      {phase.kind === 'open' && (
        <footer class="cs-decide p-card-acts">
          {fits ? (
            <QuickAnswers app={app} item={item} canAnswer={canAnswer} />
          ) : (
            <Button class="wide" onPress={open}>
              {reviewLabel(card)}
            </Button>
          )}
        </footer>
      )}
      {fits && phase.kind === 'open' && (
        <button type="button" class="cs-link p-open" onClick={open}>
          More ways to answer
        </button>
      )}
    </article>
  );
});

/** Only whether there is an outcome matters to the head of a card: it stops counting. */
const SETTLED = { tone: 'gone', icon: '', text: '', at: 0, agentStopped: false } as const;

function QuickAnswers({ app, item, canAnswer }: ListCardProps): VNode {
  const { isArming, epoch } = useArming(item.id);
  const off = isArming || !canAnswer;
  const answer = (choice: Choice) => {
    // The button goes; the focus stays with the card.
    document.getElementById(`card-${item.id}`)?.focus({ preventScroll: true });
    void app.answer(item, choice);
  };
  return (
    <>
      <Button class="deny" off={off} onPress={() => answer({ outcome: 'deny' })}>
        Deny
      </Button>
      <Button class="allow" look="primary" off={off} onPress={() => answer({ outcome: 'allow' })}>
        Allow once
      </Button>
      {isArming && canAnswer && <div key={epoch} class="cs-arming" />}
    </>
  );
}

/** A card keeps the height that it had while it waited, as long as it is on the list: nothing below it moves. */
function useKeptHeight(isOpen: boolean) {
  const element = useRef<HTMLElement>(null);
  const height = useRef<number | undefined>(undefined);
  if (isOpen) height.current = undefined;
  // It still shows what it showed before, and far from what is on show it need not be laid out for this.
  else if (element.current?.checkVisibility({ contentVisibilityAuto: true }))
    height.current ??= element.current.getBoundingClientRect().height;
  return { element, height: height.current };
}
