import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useArming } from '../shared/arming.ts';
import { What, Who } from '../shared/cardHead.tsx';
import { memo } from '../shared/memo.ts';
import { Facts, Note, RiskNote } from '../shared/notes.tsx';
import { Payload } from '../shared/payload.tsx';
import { watchShifts } from '../shared/shiftWatch.ts';
import { Button } from '../shared/toolkit.ts';
import type { App } from './app.ts';
import { AwayList, LastAnswer } from './awayList.tsx';
import { Banners, Desktop, Top } from './frame.tsx';
import { type CardItem, fitsInList, isOver, reviewLabel } from './items.ts';
import { NotifyOffer } from './notifyOffer.tsx';
import { Outcome } from './outcome.tsx';
import { revokedSentence } from './words.ts';

/** Everything that waits, oldest first, by desktop. */
export function ListScreen({ app }: { readonly app: App }): VNode {
  const list = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () =>
      list.current && content.current ? watchShifts(list.current, content.current) : undefined,
    [],
  );
  const { listed, waiting, workspaces } = app;
  const [only] = workspaces;
  return (
    <>
      <Top title={waiting.length > 0 ? `${waiting.length} waiting` : 'Waiting'}>
        {only && workspaces.length === 1 && <Desktop app={app} workspace={only} />}
        <SettingsButton app={app} />
      </Top>
      <Banners app={app} />
      <NoticeLine app={app} />
      <main class="p-body" ref={list} data-list tabIndex={-1} aria-label="Waiting requests">
        <div class="p-cards" ref={content}>
          {workspaces.map((workspace) => {
            const items = listed.filter((item) => item.workspace === workspace.id);
            return (
              <section key={workspace.id} aria-label={workspace.name}>
                {workspaces.length > 1 && (
                  <h2 class="p-group">
                    <Desktop app={app} workspace={workspace} />
                    {items.length === 0 && <span class="cs-mute">Nothing is waiting</span>}
                  </h2>
                )}
                {items.map((item) => (
                  <div key={item.key} class="p-slot">
                    <ListCard app={app} item={item} canAnswer={app.canAnswer(item)} />
                  </div>
                ))}
              </section>
            );
          })}
        </div>
        {listed.length === 0 && <Empty app={app} />}
        <AwayList app={app} />
        {listed.length === 0 && <LastAnswer app={app} />}
        <NotifyOffer app={app} />
      </main>
    </>
  );
}

function SettingsButton({ app }: { readonly app: App }): VNode {
  return (
    <button
      type="button"
      class="p-gear"
      aria-label="Settings and paired desktops"
      onClick={() => app.show({ kind: 'settings' })}
    >
      <i class="codicon codicon-gear" aria-hidden="true" />
    </button>
  );
}

function NoticeLine({ app }: { readonly app: App }): VNode | null {
  const { notice } = app;
  if (!notice) return null;
  return (
    <div class="p-banner" role="status">
      <i class="codicon codicon-info" aria-hidden="true" />
      <span>
        {revokedSentence(notice.name, notice.reason)}
        <button type="button" class="cs-link p-link" onClick={() => void app.dismissNotice()}>
          Dismiss
        </button>
      </span>
    </div>
  );
}

function Empty({ app }: { readonly app: App }): VNode {
  const connecting = app.workspaces.every(({ id }) => app.connection(id).kind !== 'connected');
  return (
    <div class="cs-empty">
      <i class="codicon codicon-inbox" aria-hidden="true" />
      <h2>{connecting ? 'Nothing is here' : 'Nothing is waiting'}</h2>
      <p>
        {connecting
          ? 'Requests appear once the desktop can be reached.'
          : app.pushState === 'on'
            ? 'You get a notification when an agent asks.'
            : 'Requests appear here while this page is open.'}
      </p>
    </div>
  );
}

interface ListCardProps {
  readonly app: App;
  readonly item: CardItem;
  /** The connection is there and there is no answer yet; a prop of its own, since it changes without the item. */
  readonly canAnswer: boolean;
}

const ListCard = memo(({ app, item, canAnswer }: ListCardProps): VNode => {
  const { message, phase } = item;
  const { card } = message;
  const { id, display } = card;
  const over = isOver(item);
  const fits = fitsInList(card);
  const open = () => app.show({ kind: 'card', key: item.key });
  return (
    <article
      id={`card-${id}`}
      class={`cs-card${display.risk && !over ? ' is-risk' : ''}${over ? ' is-done' : ''}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus.
      tabIndex={0}
      data-request={id}
      aria-labelledby={`what-${id}`}
      aria-busy={phase.kind === 'sent'}
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
  return (
    <>
      <Button class="deny" off={off} onPress={() => void app.answer(item, { outcome: 'deny' })}>
        Deny
      </Button>
      <Button
        class="allow"
        look="primary"
        off={off}
        onPress={() => void app.answer(item, { outcome: 'allow' })}
      >
        Allow once
      </Button>
      {isArming && canAnswer && <div key={epoch} class="cs-arming" />}
    </>
  );
}
