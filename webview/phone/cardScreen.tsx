import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PhoneCard } from '../../src/protocol/phone/payloads.ts';
import { useArming } from '../shared/arming.ts';
import { What, Who } from '../shared/cardHead.tsx';
import type { CardUi, Panel } from '../shared/decide.tsx';
import { FeedbackForm } from '../shared/feedbackForm.tsx';
import { Facts, Note, Notes, RiskNote } from '../shared/notes.tsx';
import { OptionMenu } from '../shared/optionMenu.tsx';
import { Payload } from '../shared/payload.tsx';
import { QuestionForm } from '../shared/questionForm.tsx';
import { type QuestionState, useQuestions } from '../shared/questionState.ts';
import { Button } from '../shared/toolkit.ts';
import type { App } from './app.ts';
import { Banners, Desktop, Top } from './frame.tsx';
import { type CardItem, isOver } from './items.ts';
import { Outcome } from './outcome.tsx';
import type { Choice } from './vault.ts';

/** One request in full; every answer is at the bottom, under the thumb. */
export function CardScreen({ app, item }: { readonly app: App; readonly item: CardItem }): VNode {
  const { card } = item.message;
  const [panel, setPanel] = useState<Panel>('none');
  const questions = useQuestions(card.display.questions ?? []);
  const article = useRef<HTMLElement>(null);
  // The focus never starts on a button.
  useLayoutEffect(() => article.current?.focus({ preventScroll: true }), []);
  const ui: CardUi = {
    card: offered(card),
    sent: !app.canAnswer(item),
    panel,
    setPanel: (next) => {
      if (next === 'none' && panel !== 'none') article.current?.focus({ preventScroll: true });
      setPanel(next);
    },
    answers: questions.answers,
    tellMissing: questions.tellMissing,
    answer: (answer) => {
      setPanel('none');
      void app.answer(item, answer);
    },
  };
  const place = app.waiting.findIndex(({ key }) => key === item.key) + 1;
  const workspace = app.workspaces.find(({ id }) => id === item.workspace);
  return (
    <>
      <Top
        title={place > 0 ? `${place} of ${app.waiting.length}` : 'Request'}
        onBack={() => app.show({ kind: 'list' })}
      >
        {workspace && <Desktop app={app} workspace={workspace} />}
      </Top>
      <Banners app={app} only={item.workspace} />
      <main class="p-body flat">
        <CardBody item={item} ui={ui} questions={questions} article={article} />
      </main>
      {isOver(item) ? (
        <OverFoot app={app} item={item} />
      ) : (
        <AnswerFoot app={app} item={item} ui={ui} />
      )}
    </>
  );
}

interface CardBodyProps {
  readonly item: CardItem;
  readonly ui: CardUi;
  readonly questions: QuestionState;
  readonly article: { current: HTMLElement | null };
}

function CardBody({ item, ui, questions, article }: CardBodyProps): VNode {
  const { message, phase, id } = item;
  const { card } = message;
  const { display } = card;
  const isOpen = phase.kind === 'open';
  return (
    <article
      ref={article}
      class={display.risk ? 'cs-card is-risk' : 'cs-card'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the focus starts here, never on a button.
      tabIndex={0}
      data-request={id}
      aria-labelledby={`what-${id}`}
      aria-busy={phase.kind === 'sent'}
    >
      <Who card={card} />
      <What id={`what-${id}`} display={display} />
      {display.risk && <RiskNote id={`risk-${id}`} text={display.risk.text} />}
      {display.questions && isOpen ? (
        <QuestionForm
          cardId={id}
          questions={display.questions}
          state={questions}
          onEnter={() =>
            questions.answers
              ? ui.answer({ outcome: 'allow', answers: questions.answers })
              : questions.tellMissing?.()
          }
        />
      ) : (
        <Payload
          id={`payload-${id}`}
          display={display}
          {...(card.verdict && { parts: card.verdict.parts })}
        />
      )}
      {isOpen && <PermitNotes card={card} />}
      {isOpen && <Notes card={card} />}
      <Facts id={`facts-${id}`} display={display} asked={card} />
      {isOpen && phase.refused !== undefined && (
        <Note icon="error" tone="err" text={phase.refused} alert />
      )}
      <Outcome item={item} />
      {isOpen && ui.panel === 'options' && <OptionMenu ui={ui} more={[]} />}
      {isOpen && ui.panel === 'feedback' && <FeedbackForm ui={ui} />}
    </article>
  );
}

/** What this phone may not do by itself. */
function PermitNotes({ card }: { readonly card: PhoneCard }): VNode | null {
  const { shortened, mayAllow, mayAlways } = card;
  if (mayAllow === 'no')
    return (
      <Note
        icon="info"
        strong={shortened ? 'This is shortened.' : ''}
        text=" Open it at the desktop to allow it; here it can only be denied."
      />
    );
  if (mayAllow === 'confirm')
    return <Note icon="vm" text="Allowing this from here has to be confirmed at the desktop." />;
  if (shortened)
    return <Note icon="info" strong="This is shortened." text=" The desktop shows all of it." />;
  return mayAlways === 'confirm' && card.canHaveRule ? (
    <Note icon="vm" text="Always allow has to be confirmed at the desktop." />
  ) : null;
}

/** The card as this phone may answer it: what it may not send is not offered. */
function offered(card: PhoneCard): PhoneCard {
  const { mayAllow, mayAlways, options } = card;
  return {
    ...card,
    canAllow: card.canAllow && mayAllow !== 'no',
    canHaveRule: card.canHaveRule && mayAlways !== 'no',
    options: options.filter(
      ({ outcome, kind }) =>
        outcome === 'deny' ||
        (mayAllow !== 'no' && (kind !== 'allow_always' || mayAlways !== 'no')),
    ),
  };
}

function OverFoot({ app, item }: { readonly app: App; readonly item: CardItem }): VNode {
  const next = app.waiting.find(({ key }) => key !== item.key);
  return (
    <footer class="p-foot">
      <Button class={next ? '' : 'wide'} onPress={() => app.show({ kind: 'list' })}>
        Back to list
      </Button>
      {next && (
        <Button onPress={() => app.show({ kind: 'card', key: next.key })}>Next request</Button>
      )}
    </footer>
  );
}

interface AnswerFootProps {
  readonly app: App;
  readonly item: CardItem;
  readonly ui: CardUi;
}

function AnswerFoot({ app, item, ui }: AnswerFootProps): VNode {
  const { card, panel, setPanel } = ui;
  const { isArming, epoch } = useArming(item.id);
  const off = isArming || ui.sent;
  const answer = (choice: Choice) => void app.answer(item, choice);
  const { questions, risk } = card.display;
  const canAlways = !questions && card.canHaveRule && card.canAllow;
  return (
    <footer class="p-foot">
      <Button class="deny" off={off} onPress={() => answer({ outcome: 'deny' })}>
        {questions ? 'Skip' : 'Deny'}
      </Button>
      {questions ? (
        <Button
          class="allow"
          look="primary"
          off={off || !(ui.answers ?? ui.tellMissing) || !card.canAllow}
          onPress={() =>
            ui.answers ? answer({ outcome: 'allow', answers: ui.answers }) : ui.tellMissing?.()
          }
        >
          Send answer
        </Button>
      ) : (
        <Button
          class="allow"
          look={risk || !card.canAllow ? 'secondary' : 'primary'}
          off={off || !card.canAllow}
          onPress={() => answer({ outcome: 'allow' })}
        >
          Allow once
        </Button>
      )}
      <div class={canAlways ? 'row' : 'row alone'}>
        {canAlways && (
          <Button
            class="always"
            off={off}
            onPress={() => app.show({ kind: 'always', key: item.key })}
          >
            Always allow
            <i class="codicon codicon-chevron-up" aria-hidden="true" />
          </Button>
        )}
        <Button
          look="icon"
          label="More ways to answer"
          expanded={panel === 'options' || panel === 'feedback'}
          off={off}
          onPress={() => setPanel(panel === 'none' ? 'options' : 'none')}
        >
          <i class="codicon codicon-ellipsis" aria-hidden="true" />
        </Button>
      </div>
      {isArming && !ui.sent && <div key={epoch} class="cs-arming" />}
    </footer>
  );
}
