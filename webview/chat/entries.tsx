import type { VNode } from 'preact';
import type { ChatEntry, ToolEntry } from '../../src/protocol/chatView.ts';
import { Card } from '../shared/card.tsx';
import { cards, useCard } from '../shared/cardStore.ts';
import { post } from '../shared/host.ts';
import { memo } from '../shared/memo.ts';
import { RuleLinks } from '../shared/ruleLinks.tsx';
import { SpanText } from '../shared/spanText.tsx';
import { Button } from '../shared/toolkit.ts';
import { Markdown } from './markdown.tsx';

/** The conversation. Only entries that changed render again. */
export function Entries(props: {
  readonly entries: readonly ChatEntry[];
  readonly isOver: boolean;
  readonly canResume: boolean;
}): VNode {
  const groups = groupTools(props.entries);
  const last = props.entries.at(-1);
  const after = props.canResume ? 'resume' : 'restart';
  return (
    <>
      {groups.map((group) =>
        group.kind === 'tools' ? (
          <ul key={group.id} class="cs-tools">
            {group.tools.map((tool) => (
              <ToolRow key={tool.id} tool={tool} />
            ))}
          </ul>
        ) : (
          <Entry
            key={group.entry.id}
            entry={group.entry}
            again={props.isOver && group.entry === last ? after : undefined}
          />
        ),
      )}
      {props.isOver && last?.kind !== 'notice' && <StartAgain again={after} />}
    </>
  );
}

type Group =
  | { readonly kind: 'tools'; readonly id: string; readonly tools: ToolEntry[] }
  | { readonly kind: 'entry'; readonly entry: Exclude<ChatEntry, ToolEntry> };

/** Tool rows that follow each other form one list. */
function groupTools(entries: readonly ChatEntry[]): Group[] {
  const groups: Group[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (entry.kind !== 'tool') groups.push({ kind: 'entry', entry });
    else if (last?.kind === 'tools') last.tools.push(entry);
    else groups.push({ kind: 'tools', id: entry.id, tools: [entry] });
  }
  return groups;
}

interface EntryProps {
  readonly entry: Exclude<ChatEntry, ToolEntry>;
  readonly again: Again | undefined;
}

/** What can be done after the end. */
type Again = 'resume' | 'restart';

const Entry = memo(({ entry, again }: EntryProps): VNode | null => {
  switch (entry.kind) {
    case 'user':
      return (
        <div class="cs-user">
          <span class="cs-sr">You: </span>
          <SpanText spans={entry.text} />
        </div>
      );
    case 'agent':
      return <Markdown source={entry.markdown} streaming={entry.streaming} />;
    case 'thought':
      return (
        <details class="cs-thought">
          <summary>Thought</summary>
          <p>{entry.text}</p>
        </details>
      );
    case 'card':
      return <CardEntry requestId={entry.requestId} />;
    case 'notice':
      return <Notice entry={entry} again={again} />;
  }
});

/** With more than this, only the cards near the part on show draw their buttons. */
const EAGER_CARDS = 20;

const CardEntry = memo(({ requestId }: { readonly requestId: string }): VNode | null => {
  const state = useCard(requestId);
  return state ? (
    <div class="cs-slot">
      <Card state={state} eager={cards.ids.length <= EAGER_CARDS} />
    </div>
  ) : null;
});

interface NoticeProps {
  readonly entry: Extract<ChatEntry, { kind: 'notice' }>;
  readonly again: Again | undefined;
}

function Notice({ entry: { level, text, detail }, again }: NoticeProps): VNode {
  const isError = level === 'error';
  return (
    <div class="cs-notice">
      <p class={isError ? 'cs-note err' : 'cs-note'} role={isError ? 'alert' : undefined}>
        <i class={`codicon codicon-${isError ? 'error' : 'info'}`} aria-hidden="true" />
        <span>{text}</span>
      </p>
      {detail && (
        <details class="cs-detail">
          <summary>What the agent wrote last</summary>
          <pre class="cs-pre">{detail}</pre>
        </details>
      )}
      {again && <StartAgain again={again} />}
    </div>
  );
}

function StartAgain({ again }: { readonly again: Again }): VNode {
  return (
    <div class="cs-again">
      {again === 'resume' && (
        <Button look="primary" onPress={() => post({ type: 'resumeSession' })}>
          Resume session
        </Button>
      )}
      <Button onPress={() => post({ type: 'startAgain' })}>Start again</Button>
    </div>
  );
}

const LOOKS: Readonly<
  Record<ToolEntry['status'], { readonly icon: string; readonly spoken: string }>
> = {
  pending: { icon: 'loading', spoken: 'waits' },
  in_progress: { icon: 'loading codicon-modifier-spin', spoken: 'runs' },
  completed: { icon: 'check ok', spoken: 'done' },
  failed: { icon: 'error no', spoken: 'failed' },
  denied: { icon: 'circle-slash no', spoken: 'denied' },
};

const ToolRow = memo(({ tool }: { readonly tool: ToolEntry }): VNode => {
  const { icon, spoken } = LOOKS[tool.status];
  return (
    <li class="cs-tool">
      <i class={`codicon codicon-${icon}`} aria-hidden="true" />
      <span class="t">
        <span class="cs-sr">{`${spoken}: `}</span>
        <SpanText spans={tool.title} />
      </span>
      <span class="by">
        {tool.by}
        {tool.rule && (
          <>
            {' '}
            <RuleLinks rule={tool.rule} />
          </>
        )}
      </span>
    </li>
  );
});
