import type { VNode } from 'preact';
import type { CardView } from '../../src/protocol/cardView.ts';
import { What, Who } from './cardHead.tsx';
import { handleSettledKeyDown } from './cardKeys.ts';
import { cardElementId } from './cardStore.ts';
import { post } from './host.ts';
import { clockTime, fullTime } from './phrases.ts';
import { RuleLinks } from './ruleLinks.tsx';

export interface SettledCardProps {
  readonly card: CardView;
  readonly outcome: NonNullable<CardView['outcome']>;
  /** The height to keep, in CSS pixels. */
  readonly pinned?: number;
  readonly onDismiss?: (id: string) => void;
}

/** A request that is over: three short rows and how it ended. */
export function SettledCard({ card, outcome, pinned, onDismiss }: SettledCardProps): VNode {
  const { id, display } = card;
  const { tone, icon, text, at } = outcome;
  return (
    <article
      id={cardElementId(id)}
      class="cs-card is-done"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus.
      tabIndex={0}
      data-request={id}
      aria-labelledby={`what-${id}`}
      aria-describedby={`outcome-${id}`}
      style={{ minHeight: pinned === undefined ? '' : `${pinned}px` }}
      onKeyDown={handleSettledKeyDown}
    >
      <Who card={card} />
      <What id={`what-${id}`} display={display} />
      {!display.questions && <code class="cs-one">{display.oneLine}</code>}
      <p class={`cs-outcome ${tone}`} id={`outcome-${id}`}>
        <i class={`codicon codicon-${icon}`} aria-hidden="true" />
        <span>
          {text}
          {outcome.rule && (
            <>
              {': '}
              <RuleLinks rule={outcome.rule} />
            </>
          )}
          {outcome.agentStopped && (
            <>
              {' '}
              <button
                type="button"
                class="cs-link"
                onClick={() => post({ type: 'startAgain', sessionKey: card.session.key })}
              >
                Start again
              </button>
            </>
          )}
          {tone === 'gone' && onDismiss && (
            <>
              {' '}
              <button type="button" class="cs-link" onClick={() => onDismiss(id)}>
                Dismiss
              </button>
            </>
          )}
        </span>
        {outcome.where && <span class="cs-where">{outcome.where}</span>}
        <time
          dateTime={new Date(at).toISOString()}
          title={[outcome.where, fullTime(at)].filter(Boolean).join(', ')}
        >
          {clockTime(at)}
        </time>
      </p>
    </article>
  );
}
