import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { CardView } from '../../src/protocol/cardView.ts';
import { arming } from '../shared/arming.ts';
import { Card } from '../shared/card.tsx';
import { cards, useCard, useCardIds } from '../shared/cardStore.ts';
import { post, save, savedText } from '../shared/host.ts';
import { memo } from '../shared/memo.ts';
import { counted } from '../shared/phrases.ts';
import { TextField } from '../shared/toolkit.ts';
import { isShown, type SessionTab, sessionTabs } from './filter.ts';
import { Hints } from './hints.tsx';
import { FIRST_CARDS, useListLimit } from './listLimit.ts';

/** All waiting requests, oldest first. */
export function CardPanel(): VNode {
  const ids = useCardIds();
  const [filter, setFilter] = useSaved('filter');
  const [session, setSession] = useSaved('session');
  const waiting = cards.waiting();
  const tabs = sessionTabs(waiting);
  const tab = tabs.some(({ key }) => key === session) ? session : '';
  const shown = ids.filter((id) => {
    const card = cards.get(id)?.card;
    return card !== undefined && isShown(card, tab, filter);
  });
  const limit = useListLimit(shown.length, `${tab}\n${filter}`);
  const hidden = waiting.filter((card) => !isShown(card, '', filter)).length;
  return (
    <section class="cs-view" aria-label="Waiting requests">
      <Bar count={waiting.length} filter={filter} setFilter={setFilter} />
      {tabs.length > 1 && (
        <Tabs tabs={tabs} total={waiting.length} chosen={tab} choose={setSession} />
      )}
      <div class="cs-list" data-list tabIndex={-1}>
        <div class="cs-cards" role="feed" aria-label="Waiting requests, oldest first">
          {shown.slice(0, limit).map((id, index) => (
            <Slot key={id} id={id} eager={index < FIRST_CARDS} />
          ))}
        </div>
        {shown.length === 0 && <Empty waiting={waiting} filter={filter} />}
        {hidden > 0 && <HiddenByFilter count={hidden} clear={() => setFilter('')} />}
      </div>
      {waiting.length > 0 && <Hints />}
    </section>
  );
}

/** Text that survives hiding the panel. Changing it moves the list. */
function useSaved(name: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => savedText(name));
  const set = (next: string) => {
    save(name, next);
    arming.armAll();
    setValue(next);
  };
  return [value, set];
}

interface SlotProps {
  readonly id: string;
  readonly eager: boolean;
}

const Slot = memo(({ id, eager }: SlotProps): VNode | null => {
  const state = useCard(id);
  return state ? (
    <div class="cs-slot">
      <Card state={state} eager={eager} onDismiss={dismiss} />
    </div>
  ) : null;
});

function dismiss(id: string): void {
  post({ type: 'dismiss', requestId: id });
  cards.remove([id]);
}

interface BarProps {
  readonly count: number;
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
}

function Bar({ count, filter, setFilter }: BarProps): VNode {
  return (
    <div class="cs-bar">
      <h2>
        {'Waiting '}
        <span class="cs-badge">
          {count}
          <span class="cs-sr">{count === 1 ? ' request' : ' requests'}</span>
        </span>
      </h2>
      <TextField
        class="cs-search"
        icon="search"
        value={filter}
        placeholder="Filter requests"
        label="Filter requests by agent, command or path"
        onText={setFilter}
      />
    </div>
  );
}

interface TabsProps {
  readonly tabs: readonly SessionTab[];
  readonly total: number;
  readonly chosen: string;
  readonly choose: (key: string) => void;
}

function Tabs({ tabs, total, chosen, choose }: TabsProps): VNode {
  return (
    <div class="cs-tabs" role="toolbar" aria-label="Sessions">
      <button type="button" class="cs-tab" aria-pressed={chosen === ''} onClick={() => choose('')}>
        <span>All sessions</span> <span class="cs-num">{total}</span>
      </button>
      {tabs.map(({ key, title, monogram, count }) => (
        <button
          key={key}
          type="button"
          class="cs-tab"
          aria-pressed={chosen === key}
          onClick={() => choose(key)}
        >
          <span class="cs-agent">{monogram}</span>
          <span>{title}</span> <span class="cs-num">{count}</span>
        </button>
      ))}
    </div>
  );
}

function Empty(props: { readonly waiting: readonly CardView[]; readonly filter: string }): VNode {
  if (props.waiting.length > 0) {
    return (
      <div class="cs-empty">
        <h3>{`No waiting request matches “${props.filter}”`}</h3>
      </div>
    );
  }
  return (
    <div class="cs-empty">
      <i class="codicon codicon-inbox" aria-hidden="true" />
      <h3>Nothing is waiting</h3>
      <p>Requests from every agent appear here, oldest first. They wait until you answer.</p>
    </div>
  );
}

function HiddenByFilter(props: { readonly count: number; readonly clear: () => void }): VNode {
  const { count, clear } = props;
  return (
    <p class="cs-below">
      {`${counted(count, 'request')} ${count === 1 ? 'is' : 'are'} hidden by the filter. `}
      <button type="button" class="cs-link" onClick={clear}>
        Clear filter
      </button>
    </p>
  );
}
