import { useState } from 'preact/hooks';
import { unfitReason } from '../../src/protocol/fields.ts';
import type { Question } from './types.ts';

/** What has been chosen so far for one question. */
export interface Choice {
  readonly labels: readonly string[];
  readonly other: string;
  readonly useOther: boolean;
}

export interface QuestionState {
  readonly choiceOf: (question: Question) => Choice;
  readonly set: (questionId: string, choice: Choice) => void;
  /** The answers, once every question has one that fits. */
  readonly answers: Readonly<Record<string, string>> | undefined;
  /**
   * Why the answer to a field does not fit, once the person has tried to send. Not when they leave a field: the line would
   * push the button away that they are about to press.
   */
  readonly reasonAt: (question: Question) => string | undefined;
  /** Says at each field what is missing; absent where there are no fields. */
  readonly tellMissing: (() => void) | undefined;
  /** How often that was asked for. */
  readonly told: number;
  /** Chooses by number, from 1, in the first question without an answer. */
  readonly chooseByNumber: (number: number) => void;
}

const NO_CHOICE: Choice = { labels: [], other: '', useOther: false };

/** The answers to the questions of a card. Nothing is chosen in advance but what a form is filled in with. */
export function useQuestions(questions: readonly Question[]): QuestionState {
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const [told, setTold] = useState(0);
  const choiceOf = (question: Question) => choices[question.id] ?? firstChoice(question);
  const answerTo = (question: Question) => answerOf(question, choiceOf(question));
  const reasonOf = (question: Question) => unfitReason(question, answerTo(question));
  const set = (questionId: string, choice: Choice) =>
    setChoices((before) => ({ ...before, [questionId]: choice }));
  const isDone = (question: Question) =>
    question.field ? reasonOf(question) === undefined : answerTo(question) !== '';
  const plain = questions.filter(({ field }) => !field);
  return {
    choiceOf,
    set,
    answers:
      questions.length > 0 && questions.every(isDone)
        ? Object.fromEntries(
            questions
              .map((question) => [question.id, answerTo(question)] as const)
              .filter(([, answer]) => answer !== ''),
          )
        : undefined,
    reasonAt: (question) => (told > 0 ? reasonOf(question) : undefined),
    tellMissing:
      plain.length < questions.length ? () => setTold((before) => before + 1) : undefined,
    told,
    chooseByNumber: (number) => {
      const question = plain.find((each) => answerTo(each) === '') ?? plain[0];
      const label = question?.choices[number - 1]?.label;
      if (question && label !== undefined)
        set(question.id, withLabel(question, choiceOf(question), label));
    },
  };
}

/** A label chosen, or, where several can be, chosen or not chosen any more. */
export function withLabel(question: Question, before: Choice, label: string): Choice {
  if (!question.multiSelect) return { ...before, labels: [label], useOther: false };
  const labels = before.labels.includes(label)
    ? before.labels.filter((each) => each !== label)
    : [...before.labels, label];
  return { ...before, labels };
}

function firstChoice({ field, choices }: Question): Choice {
  const initial = field?.initial ?? [];
  switch (field?.type) {
    case undefined:
      return NO_CHOICE;
    case 'text':
    case 'number':
    case 'integer':
      return { labels: [], other: initial[0] ?? '', useOther: true };
    case 'boolean':
      // A box that is not ticked says No.
      return { ...NO_CHOICE, labels: initial[0] === undefined ? noOf(choices) : initial };
    case 'choice':
      return { ...NO_CHOICE, labels: initial };
  }
}

/** Of the two choices of a box, the second says No. */
function noOf(choices: Question['choices']): readonly string[] {
  const no = choices[1]?.label;
  return no === undefined ? [] : [no];
}

function answerOf({ field }: Question, { labels, other, useOther }: Choice): string {
  const own = useOther ? (field ? other : other.trim()) : '';
  return [...labels, ...(own ? [own] : [])].join(', ');
}
