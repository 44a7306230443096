/** What a field of a form takes, beside the choices of its question. */
export interface FormField {
  /** `boolean` has the two choices Yes and No, in this order. */
  readonly type: 'text' | 'number' | 'integer' | 'boolean' | 'choice';
  readonly required: boolean;
  readonly description: string;
  /** Filled in at first: the labels of what is chosen, or the one text. */
  readonly initial?: readonly string[];
  readonly format?: TextFormat;
  /** Inclusive: of a number, of the characters of a text, of how many are chosen out of several. */
  readonly min?: number;
  readonly max?: number;
}

export type TextFormat = 'email' | 'uri' | 'date' | 'date-time';

/** The part of a question that an answer is held to. */
export interface AskedField {
  readonly field?: FormField;
  readonly multiSelect: boolean;
  readonly choices: readonly { readonly label: string }[];
}

/**
 * Why an answer does not fit its field, as a sentence; `undefined` when it fits, and where there is no field. No answer
 * leaves a field out that is not required.
 */
export function whyUnfit(question: AskedField, answer: string | undefined): string | undefined {
  const { field } = question;
  if (!field) return undefined;
  if (answer === undefined || answer.trim() === '')
    return field.required ? 'This needs an answer.' : undefined;
  return fits(question, field, answer) ? undefined : `This needs ${expected(question, field)}.`;
}

/** What a field takes, where that is not plain to see: `a whole number from 1 to 9`. */
export function fieldHint(question: AskedField): string | undefined {
  const { field, multiSelect } = question;
  if (!field) return undefined;
  const hint = expected(question, field);
  const isPlain = field.type === 'boolean' || (field.type === 'choice' && !multiSelect);
  return isPlain || hint === 'a text' || hint === 'one or more of the choices' ? undefined : hint;
}

/** The labels that an answer joins with commas; `undefined` when it is none, or could be read in two ways. */
export function chosenLabels(
  labels: readonly string[],
  answer: string,
): readonly string[] | undefined {
  // From the end: labels may hold commas themselves, so each place can begin more than one label.
  const readings = new Map<number, readonly string[] | 'several'>([[answer.length, []]]);
  for (let at = answer.length - 1; at >= 0; at--) {
    if (at > 0 && answer.slice(at - SEPARATOR.length, at) !== SEPARATOR) continue;
    const found = labels.flatMap((label) => {
      const end = at + label.length;
      if (label === '' || !answer.startsWith(label, at)) return [];
      if (end === answer.length) return [[label]];
      const rest = answer.startsWith(SEPARATOR, end)
        ? readings.get(end + SEPARATOR.length)
        : undefined;
      if (rest === undefined || end + SEPARATOR.length === answer.length) return [];
      return [rest === 'several' ? rest : [label, ...rest]];
    });
    if (found[0]) readings.set(at, found.length === 1 ? found[0] : 'several');
  }
  const whole = answer === '' ? undefined : readings.get(0);
  return whole === 'several' ? undefined : whole;
}

const SEPARATOR = ', ';

function fits(question: AskedField, field: FormField, answer: string): boolean {
  const labels = question.choices.map(({ label }) => label);
  switch (field.type) {
    case 'text':
      // JSON Schema counts code points.
      return isWithin([...answer].length, field) && hasFormat(answer, field.format);
    case 'number':
      return Number.isFinite(Number(answer)) && isWithin(Number(answer), field);
    case 'integer':
      return Number.isSafeInteger(Number(answer)) && isWithin(Number(answer), field);
    case 'boolean':
      return labels.includes(answer);
    case 'choice': {
      if (!question.multiSelect) return labels.filter((label) => label === answer).length === 1;
      const chosen = chosenLabels(labels, answer);
      return (
        chosen !== undefined &&
        new Set(chosen).size === chosen.length &&
        isWithin(chosen.length, field)
      );
    }
  }
}

function isWithin(value: number, { min, max }: FormField): boolean {
  return !(min !== undefined && value < min) && !(max !== undefined && value > max);
}

function hasFormat(text: string, format: TextFormat | undefined): boolean {
  switch (format) {
    case undefined:
      return true;
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(text);
    case 'uri':
      return URL.canParse(text);
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text);
    case 'date-time':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && isDay(text.slice(0, 10)) && isTime(text);
  }
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/** The platform takes the 30th of February for a day in March. */
function isDay(text: string): boolean {
  return isTime(text) && new Date(text).toISOString().startsWith(text);
}

function expected({ multiSelect }: AskedField, field: FormField): string {
  const count = countWords(field);
  switch (field.type) {
    case 'text': {
      const noun = (field.max ?? field.min) === 1 ? 'character' : 'characters';
      return `${textWords(field.format)}${count && ` of ${count} ${noun}`}`;
    }
    case 'number':
    case 'integer': {
      const noun = field.type === 'number' ? 'a number' : 'a whole number';
      return `${noun}${count && ` ${count.includes(' to ') ? 'from' : 'of'} ${count}`}`;
    }
    case 'boolean':
      return 'Yes or No';
    case 'choice':
      return `${multiSelect ? count || 'one or more' : 'one'} of the choices`;
  }
}

function textWords(format: TextFormat | undefined): string {
  switch (format) {
    case undefined:
      return 'a text';
    case 'email':
      return 'an e-mail address such as name@example.com';
    case 'uri':
      return 'a whole address such as https://example.com';
    case 'date':
      return 'a date such as 2026-03-31';
    case 'date-time':
      return 'a date and a time such as 2026-03-31T14:30:00Z';
  }
}

function countWords({ min, max }: FormField): string {
  if (min !== undefined && max !== undefined) return min === max ? `${min}` : `${min} to ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? '' : `at most ${max}`;
}
