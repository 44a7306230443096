import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { watchShifts } from '../shared/shiftWatch.ts';
import type { App } from './app.ts';
import { AwayList, LastAnswers } from './awayList.tsx';
import { Banners, Desktop, Top } from './frame.tsx';
import { isOver } from './items.ts';
import { ListCard } from './listCard.tsx';
import { NotifyOffer } from './notifyOffer.tsx';
import { type Rest, watchRest } from './rest.ts';
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
  useRest(app, list);
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
                    <GroupState app={app} workspace={workspace.id} count={items.length} />
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
        <LastAnswers app={app} />
        <NotifyOffer app={app} />
      </main>
    </>
  );
}

interface GroupStateProps {
  readonly app: App;
  readonly workspace: string;
  /** How many of its requests are on the list. */
  readonly count: number;
}

/** That nothing waits is only known of a desktop that is there. */
function GroupState({ app, workspace, count }: GroupStateProps): VNode | null {
  const { kind } = app.connection(workspace);
  if (kind === 'unheard')
    return (
      <button type="button" class="cs-link p-link" onClick={() => app.listenTo(workspace)}>
        Listen to it now
      </button>
    );
  return kind === 'connected' && count === 0 ? (
    <span class="cs-mute">Nothing is waiting</span>
  ) : null;
}

/** What is over makes room for what waits, once nobody is about to touch the list. */
function useRest(app: App, list: { readonly current: HTMLElement | null }): void {
  const rest = useRef<Rest | undefined>(undefined);
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return undefined;
    rest.current = watchRest(current, () => {
      leaveSettled(current);
      app.letGo();
    });
    return () => rest.current?.stop();
  }, [app, list]);
  const over = app.listed.filter(isOver).length;
  useLayoutEffect(() => {
    if (over > 0) rest.current?.restart();
  }, [over]);
}

/** The focus goes on from a card that is about to leave the list: to the next one that waits, else to the list. */
function leaveSettled(list: HTMLElement): void {
  const settled = document.activeElement?.closest<HTMLElement>('.cs-card.is-done');
  if (!settled || !list.contains(settled)) return;
  const cards = [...list.querySelectorAll<HTMLElement>('.p-cards .cs-card')];
  const after = cards.slice(cards.indexOf(settled));
  const next = [...after, ...cards].find((card) => !card.classList.contains('is-done'));
  (next ?? list).focus({ preventScroll: true });
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
