import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { Question } from '../../permission/request.ts';

/** A form of an MCP server as questions, and its content from their answers. */
export interface Form {
  readonly questions: readonly Question[];
  /** `undefined` when an answer does not fit its field: then nothing is sent but a refusal. */
  content(answers: Readonly<Record<string, string>>): JsonObject | undefined;
}

interface Field {
  readonly question: Question;
  /** `undefined`: the answer does not fit. */
  value(answer: string): Json | undefined;
}

type Choices = readonly { readonly label: string; readonly value: Json }[];

const LEAVE_OUT = 'Leave out';

/**
 * The `requestedSchema` of an elicitation: an object with fields of simple types, see
 * https://modelcontextprotocol.io/specification/draft/client/elicitation. `undefined` for anything else.
 */
export function formOf(schema: unknown, intro: string): Form | undefined {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (!isJsonObject(schema) || !isJsonObject(properties)) return undefined;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields: Field[] = [];
  for (const [key, property] of Object.entries(properties)) {
    const before = fields.length === 0 ? `${intro}\n` : '';
    const field = fieldOf(key, property, required.includes(key), before);
    if (!field) return undefined;
    fields.push(field);
  }
  return {
    questions: fields.map(({ question }) => question),
    content: (answers) => contentOf(fields, required, answers),
  };
}

function contentOf(
  fields: readonly Field[],
  required: readonly Json[],
  answers: Readonly<Record<string, string>>,
): JsonObject | undefined {
  const content: [string, Json][] = [];
  for (const { question, value } of fields) {
    const answer = Object.hasOwn(answers, question.id) ? (answers[question.id] ?? '') : '';
    if (!required.includes(question.id) && (answer === LEAVE_OUT || answer === '')) continue;
    const told = value(answer);
    if (told === undefined) return undefined;
    content.push([question.id, told]);
  }
  return Object.fromEntries(content);
}

function fieldOf(
  key: string,
  property: Json,
  isRequired: boolean,
  before: string,
): Field | undefined {
  if (!isJsonObject(property)) return undefined;
  const type = stringAt(property, 'type');
  const title = stringAt(property, 'title') ?? key;
  const description = stringAt(property, 'description');
  const choices = choicesOf(property);
  const multiSelect = type === 'array';
  const value = readerOf(property, choices);
  if (!value) return undefined;
  const labels = [...choices.map(({ label }) => label), ...(isRequired ? [] : [LEAVE_OUT])];
  return {
    question: {
      id: key,
      text: `${before}${title}${description === undefined ? '' : `: ${description}`}`,
      multiSelect,
      choices: labels.map((label) => ({ label, description: '' })),
    },
    value,
  };
}

function readerOf(property: JsonObject, choices: Choices): Field['value'] | undefined {
  const chosen = (answer: string) => choices.find(({ label }) => label === answer)?.value;
  switch (stringAt(property, 'type')) {
    case 'string':
      return choices.length > 0 ? chosen : (answer) => fittingText(answer, property);
    case 'boolean':
      return chosen;
    case 'number':
    case 'integer':
      return (answer) => fittingNumber(answer, property);
    case 'array':
      return choices.length === 0
        ? undefined
        : (answer) => fittingList(several(answer, chosen), property);
    default:
      return undefined;
  }
}

/** Surfaces join what was chosen with a comma. */
function several(answer: string, chosen: (label: string) => Json | undefined): Json | undefined {
  const whole = chosen(answer);
  if (whole !== undefined) return [whole];
  const values = answer.split(', ').map(chosen);
  return values.every((value) => value !== undefined) ? values : undefined;
}

function fittingNumber(answer: string, property: JsonObject): number | undefined {
  const number = answer.trim() === '' ? Number.NaN : Number(answer);
  const isWhole = stringAt(property, 'type') === 'integer';
  const fits = isWhole ? Number.isSafeInteger(number) : Number.isFinite(number);
  return fits && isWithin(number, property, 'minimum', 'maximum') ? number : undefined;
}

function fittingText(answer: string, property: JsonObject): string | undefined {
  // JSON Schema counts code points.
  const length = [...answer].length;
  const format = stringAt(property, 'format') ?? '';
  const hasForm = !Object.hasOwn(FORMATS, format) || FORMATS[format]?.(answer) === true;
  return hasForm && isWithin(length, property, 'minLength', 'maxLength') ? answer : undefined;
}

function fittingList(list: Json | undefined, property: JsonObject): Json | undefined {
  if (!Array.isArray(list)) return undefined;
  return isWithin(list.length, property, 'minItems', 'maxItems') ? list : undefined;
}

function isWithin(value: number, property: JsonObject, least: string, most: string): boolean {
  const { [least]: min, [most]: max } = property;
  return !(typeof min === 'number' && value < min) && !(typeof max === 'number' && value > max);
}

/** The formats that an elicitation may name. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  uri: (text) => URL.canParse(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  'date-time': (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)),
};

function choicesOf(property: JsonObject): Choices {
  if (property['type'] === 'boolean')
    return [
      { label: 'Yes', value: true },
      { label: 'No', value: false },
    ];
  const { items } = property;
  const source = isJsonObject(items) ? items : property;
  const titled = source['oneOf'] ?? source['anyOf'];
  if (Array.isArray(titled)) return titled.flatMap(titledChoice);
  const values = Array.isArray(source['enum']) ? source['enum'] : [];
  const names = Array.isArray(source['enumNames']) ? source['enumNames'] : [];
  return values.map((value, index) => ({ label: String(names[index] ?? value), value }));
}

function titledChoice(option: Json): Choices {
  const value = stringAt(option, 'const');
  return value === undefined ? [] : [{ label: stringAt(option, 'title') ?? value, value }];
}
