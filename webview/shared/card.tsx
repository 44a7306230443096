import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CardView } from '../../src/protocol/cardView.ts';
import { AlwaysForm } from './alwaysForm.tsx';
import { What, Who } from './cardHead.tsx';
import { type CardHandle, handleKeyDown, noteFocus, registerHandle } from './cardKeys.ts';
import { type CardState, cardElementId, cards } from './cardStore.ts';
import { type CardUi, Decide, type Panel } from './decide.tsx';
import { FeedbackForm } from './feedbackForm.tsx';
import { post } from './host.ts';
import { memo } from './memo.ts';
import { Facts, Note, Notes, RiskNote } from './notes.tsx';
import { OpenPage } from './openPage.tsx';
import { OwnOptions } from './ownOptions.tsx';
import { Payload } from './payload.tsx';
import { QuestionForm } from './questionForm.tsx';
import { type QuestionState, useQuestions } from './questionState.ts';
import { SettledCard } from './settledCard.tsx';

export interface CardProps {
  readonly state: CardState;
  /** Draw the buttons at once; else they come when the card is near the part of the list on show. */
  readonly eager: boolean;
  readonly onDismiss?: (id: string) => void;
}

/** One request: who, what and where, risk, payload, why, then the decision. The same everywhere. */
export const Card = memo(({ state, eager, onDismiss }: CardProps): VNode => {
  const { card, pinned } = state;
  // Something else to look at is another card: nothing that was open or chosen stays.
  if (!card.outcome) return <WaitingCard key={card.argsHash} state={state} eager={eager} />;
  return (
    <SettledCard
      card={card}
      outcome={card.outcome}
      {...(pinned !== undefined && { pinned })}
      {...(onDismiss && { onDismiss })}
    />
  );
});

function WaitingCard({ state, eager }: Omit<CardProps, 'onDismiss'>): VNode {
  const { card, sent, refused } = state;
  const { id, display } = card;
  const [panel, setPanel] = useState<Panel>('none');
  const questions = useQuestions(display.questions ?? []);
  const article = useRef<HTMLElement>(null);
  const ui: CardUi = {
    card,
    sent,
    panel,
    setPanel: (next) => {
      // What had the focus may go away with the panel.
      if (next === 'none' && panel !== 'none') article.current?.focus({ preventScroll: true });
      setPanel(next);
    },
    answers: questions.answers,
    tellMissing: questions.tellMissing,
    answer: (answer) => cards.answer(id, answer),
  };
  const handle = handleOf(ui, questions);
  useLayoutEffect(() => registerHandle(id, handle));
  useEffect(() => {
    if (refused !== undefined) setPanel('none');
  }, [refused]);
  return (
    <article
      ref={article}
      id={cardElementId(id)}
      class={display.risk ? 'cs-card is-risk' : 'cs-card'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus.
      tabIndex={0}
      data-request={id}
      aria-labelledby={`what-${id}`}
      aria-describedby={describedBy(card)}
      aria-busy={sent}
      onKeyDown={(event) => handleKeyDown(event, handle)}
      onFocusIn={(event) => noteFocus(event, id)}
    >
      <Who card={card} />
      <What id={`what-${id}`} display={display} />
      {display.risk && <RiskNote id={`risk-${id}`} text={display.risk.text} />}
      {display.questions ? (
        <QuestionForm
          cardId={id}
          questions={display.questions}
          state={questions}
          onEnter={handle.allow}
        />
      ) : (
        <Payload
          id={`payload-${id}`}
          display={display}
          {...(card.verdict && { parts: card.verdict.parts })}
          open={(type) => post({ type, requestId: id })}
        />
      )}
      <OpenPage requestId={id} display={display} />
      <Notes card={card} />
      <Facts id={`facts-${id}`} display={display} asked={card} />
      {refused !== undefined && <Note icon="error" tone="err" text={refused} alert />}
      <Decide ui={ui} eager={eager} />
      {panel === 'always' && <AlwaysForm ui={ui} effect="allow" />}
      {panel === 'never' && <AlwaysForm ui={ui} effect="deny" />}
      {panel === 'options' && <OwnOptions ui={ui} />}
      {panel === 'feedback' && <FeedbackForm ui={ui} />}
    </article>
  );
}

function describedBy({ id, display }: CardView): string {
  const parts = display.questions ? ['facts'] : ['payload', 'facts'];
  return [...(display.risk ? ['risk'] : []), ...parts].map((part) => `${part}-${id}`).join(' ');
}

function handleOf(ui: CardUi, questions: QuestionState): CardHandle {
  const { card, panel, setPanel, answer } = ui;
  const { display, id } = card;
  const hasDiff = display.preview.kind === 'diff';
  return {
    isRisk: display.risk !== undefined,
    allow: () => {
      if (!display.questions) {
        if (card.canAllow) answer({ outcome: 'allow' });
      } else if (questions.answers) {
        answer({ outcome: 'allow', answers: questions.answers });
      } else {
        questions.tellMissing?.();
      }
    },
    deny: () => answer({ outcome: 'deny' }),
    toggleAlways: () => {
      if (card.canHaveRule && card.canAllow) setPanel(panel === 'always' ? 'none' : 'always');
    },
    toggleOptions: () => setPanel(panel === 'options' ? 'none' : 'options'),
    openDiff: () => {
      if (hasDiff) post({ type: 'openDiff', requestId: id });
    },
    close: () => {
      setPanel('none');
      return panel !== 'none';
    },
    choose: questions.chooseByNumber,
  };
}
