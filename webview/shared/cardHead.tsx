import type { VNode } from 'preact';
import type { CardView } from '../../src/protocol/cardView.ts';
import { KIND_ICONS } from '../../src/protocol/kindIcons.ts';
import { Age } from './age.tsx';
import { SpanText } from './spanText.tsx';
import type { Display } from './types.ts';

/** Who asks: agent, session, folder, and for how long. */
export function Who({ card }: { readonly card: CardView }): VNode {
  const { agent, session, raisedAt, outcome } = card;
  return (
    <header class="cs-who">
      <span class="cs-agent" aria-hidden="true">
        {agent.monogram}
      </span>
      <b>{agent.name}</b>
      <span class="cs-session" title={session.title}>
        {session.title}
      </span>
      <span class="cs-dir">{`· ${session.folder}`}</span>
      {!outcome && <Age since={raisedAt} />}
    </header>
  );
}

/** What it wants and where. */
export function What({ id, display }: { readonly id: string; readonly display: Display }): VNode {
  return (
    <h3 class="cs-what" id={id}>
      <i class={`codicon codicon-${KIND_ICONS[display.kind]}`} aria-hidden="true" />
      <span>
        {display.questions && !display.place ? (
          questionTitle(display.questions)
        ) : (
          <Wish display={display} />
        )}
      </span>
    </h3>
  );
}

function Wish({ display: { verb, subject, place } }: { readonly display: Display }): VNode {
  return (
    <>
      {verb}
      {subject.length > 0 && ' '}
      {subject.length > 0 && (
        <code>
          <SpanText spans={subject} />
        </code>
      )}
      {place && (
        <span class="in">
          {` ${place.words} `}
          <code>
            <SpanText spans={place.name} />
          </code>
        </span>
      )}
    </>
  );
}

function questionTitle(questions: NonNullable<Display['questions']>): string {
  return questions.length === 1 && questions[0]
    ? questions[0].text
    : `Answer ${questions.length} questions`;
}
