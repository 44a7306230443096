import { type AskedField, fieldHint, whyUnfit } from '../permission/formField.ts';

/** Why an answer does not fit its field: the same check as in the broker, so that a page says it while a person types. */
export function unfitReason(question: AskedField, answer: string): string | undefined {
  return whyUnfit(question, answer);
}

/** What a field takes, where that is not plain to see. */
export function hintFor(question: AskedField): string | undefined {
  const hint = fieldHint(question);
  return hint && `${hint.charAt(0).toUpperCase()}${hint.slice(1)}`;
}
