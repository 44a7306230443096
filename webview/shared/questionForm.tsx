import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { TextField } from './toolkit.ts';
import type { Question } from './types.ts';

/** What has been chosen so far, by question id. */
interface Choice {
  readonly labels: readonly string[];
  readonly other: string;
  readonly useOther: boolean;
}

type Choices = Readonly<Record<string, Choice>>;

export interface QuestionState {
  readonly choices: Choices;
  readonly set: (questionId: string, choice: Choice) => void;
  /** The answers, once every question has one. */
  readonly answers: Readonly<Record<string, string>> | undefined;
  /** Chooses by number, from 1, in the first question without an answer. */
  readonly chooseByNumber: (number: number) => void;
}

const NO_CHOICE: Choice = { labels: [], other: '', useOther: false };

/** The answers to the questions of a card. Nothing is chosen in advance. */
export function useQuestions(questions: readonly Question[]): QuestionState {
  const [choices, setChoices] = useState<Choices>({});
  const set = (questionId: string, choice: Choice) =>
    setChoices((before) => ({ ...before, [questionId]: choice }));
  const answers: Record<string, string> = {};
  for (const question of questions) {
    const text = answerOf(choices[question.id]);
    if (text) answers[question.id] = text;
  }
  const complete = questions.length > 0 && Object.keys(answers).length === questions.length;
  return {
    choices,
    set,
    answers: complete ? answers : undefined,
    chooseByNumber: (number) => {
      const question = questions.find(({ id }) => !answers[id]) ?? questions[0];
      const label = question?.choices[number - 1]?.label;
      if (question && label !== undefined)
        set(question.id, chosen(question, choices[question.id], label));
    },
  };
}

function answerOf({ labels, other, useOther }: Choice = NO_CHOICE): string {
  const own = useOther ? other.trim() : '';
  return [...labels, ...(own ? [own] : [])].join(', ');
}

function chosen(question: Question, before: Choice = NO_CHOICE, label: string): Choice {
  if (!question.multiSelect) return { ...before, labels: [label], useOther: false };
  const labels = before.labels.includes(label)
    ? before.labels.filter((each) => each !== label)
    : [...before.labels, label];
  return { ...before, labels };
}

export interface QuestionFormProps {
  readonly cardId: string;
  readonly questions: readonly Question[];
  readonly state: QuestionState;
  readonly onEnter: () => void;
}

/** The choices of one or more questions, each with room for another answer. */
export function QuestionForm({ cardId, questions, state, onEnter }: QuestionFormProps): VNode {
  return (
    <div class="cs-questions">
      {questions.map((question, index) => (
        <OneQuestion
          key={question.id}
          name={`question-${cardId}-${index}`}
          question={question}
          titled={questions.length > 1}
          choice={state.choices[question.id] ?? NO_CHOICE}
          onChange={(choice) => state.set(question.id, choice)}
          onEnter={onEnter}
        />
      ))}
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
            onChange={() => onChange(chosen(question, choice, label))}
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
