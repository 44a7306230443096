import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { FormField } from './formField.tsx';
import { type Choice, type QuestionState, withLabel } from './questionState.ts';
import { TextField } from './toolkit.ts';
import type { Question } from './types.ts';

export interface QuestionFormProps {
  readonly cardId: string;
  readonly questions: readonly Question[];
  readonly state: QuestionState;
  readonly onEnter: () => void;
}

/** Questions with choices, each with room for another answer, and the fields of a form. */
export function QuestionForm({ cardId, questions, state, onEnter }: QuestionFormProps): VNode {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state.told > 0)
      root.current?.querySelector<HTMLElement>('.is-unfit :is(input, select)')?.focus();
  }, [state.told]);
  return (
    <div class="cs-questions" ref={root}>
      {questions.map((question, index) => {
        const props = {
          name: `question-${cardId}-${index}`,
          question,
          choice: state.choiceOf(question),
          onChange: (choice: Choice) => state.set(question.id, choice),
          onEnter,
        };
        return question.field ? (
          <FormField
            key={question.id}
            {...props}
            field={question.field}
            reason={state.reasonAt(question)}
          />
        ) : (
          <OneQuestion key={question.id} {...props} titled={questions.length > 1} />
        );
      })}
    </div>
  );
}

interface OneQuestionProps {
  readonly name: string;
  readonly question: Question;
  readonly titled: boolean;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
  readonly onEnter: () => void;
}

function OneQuestion(props: OneQuestionProps): VNode {
  const { name, question, titled, choice, onChange, onEnter } = props;
  const type = question.multiSelect ? 'checkbox' : 'radio';
  const withOther = (other: string): Choice => ({
    labels: question.multiSelect ? choice.labels : [],
    other,
    useOther: true,
  });
  return (
    <fieldset class="cs-question">
      <legend class={titled ? 'cs-question-h' : 'cs-sr'}>{question.text}</legend>
      {question.choices.map(({ label, description }, index) => (
        <label key={label} class={choice.labels.includes(label) ? 'cs-opt is-focus' : 'cs-opt'}>
          <input
            type={type}
            name={name}
            checked={choice.labels.includes(label)}
            onChange={() => onChange(withLabel(question, choice, label))}
          />
          <span>
            {label}
            {description && <small>{description}</small>}
          </span>
          {index < 9 && (
            <span class="cs-kbd" aria-hidden="true">
              {index + 1}
            </span>
          )}
        </label>
      ))}
      <div class="cs-opt cs-other">
        <input
          type={type}
          name={name}
          aria-label="Another answer"
          checked={choice.useOther}
          onChange={(event) =>
            onChange(
              event.currentTarget.checked
                ? withOther(choice.other)
                : { ...choice, useOther: false },
            )
          }
        />
        <TextField
          value={choice.other}
          label="Another answer"
          placeholder="Another answer"
          maxLength={4000}
          onText={(text) => onChange(withOther(text))}
          onEnter={onEnter}
        />
      </div>
    </fieldset>
  );
}
