import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import {
  chosenLabels,
  type FormField,
  type TextFormat,
  whyUnfit,
} from '../../permission/formField.ts';
import type { Question } from '../../permission/request.ts';

/** A form of an MCP server as questions, and its content from their answers. */
export interface Form {
  readonly questions: readonly Question[];
  /** `undefined` when an answer does not fit its field: then nothing is sent but a refusal. */
  content(answers: Readonly<Record<string, string>>): JsonObject | undefined;
}

interface Field {
  readonly question: Question;
  readonly choices: Choices;
}

type Choices = readonly { readonly label: string; readonly value: Json }[];

/**
 * The `requestedSchema` of an elicitation: an object with fields of simple types, see
 * https://modelcontextprotocol.io/specification/draft/client/elicitation. `undefined` for anything else.
 */
export function formOf(schema: unknown): Form | undefined {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (!isJsonObject(schema) || !isJsonObject(properties)) return undefined;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields: Field[] = [];
  for (const [key, property] of Object.entries(properties)) {
    const field = isJsonObject(property)
      ? fieldOf(key, property, required.includes(key))
      : undefined;
    if (!field) return undefined;
    fields.push(field);
  }
  return {
    questions: fields.map(({ question }) => question),
    content: (answers) => contentOf(fields, answers),
  };
}

function contentOf(
  fields: readonly Field[],
  answers: Readonly<Record<string, string>>,
): JsonObject | undefined {
  const content: [string, Json][] = [];
  for (const field of fields) {
    const { id } = field.question;
    const answer = Object.hasOwn(answers, id) ? (answers[id] ?? '') : '';
    if (whyUnfit(field.question, answer) !== undefined) return undefined;
    if (answer.trim() !== '') content.push([id, contentValue(field, answer)]);
  }
  return Object.fromEntries(content);
}

/** Of an answer that fits. */
function contentValue({ question, choices }: Field, answer: string): Json {
  const chosen = (text: string) => choices.find(({ label }) => label === text)?.value ?? null;
  const labels = choices.map(({ label }) => label);
  switch (question.field?.type) {
    case 'number':
    case 'integer':
      return Number(answer);
    case 'boolean':
    case 'choice':
      return question.multiSelect
        ? (chosenLabels(labels, answer) ?? []).map(chosen)
        : chosen(answer);
    case 'text':
    case undefined:
      return answer;
  }
}

function fieldOf(id: string, property: JsonObject, required: boolean): Field | undefined {
  const choices = withOwnLabels(choicesOf(property));
  const type = typeOf(property, choices);
  if (!type) return undefined;
  const multiSelect = property['type'] === 'array';
  const format = type === 'text' ? formatOf(property) : undefined;
  const question: Question & { field: FormField } = {
    id,
    text: stringAt(property, 'title') ?? id,
    multiSelect,
    choices: choices.map(({ label }) => ({ label, description: '' })),
    field: {
      type,
      required,
      description: stringAt(property, 'description') ?? '',
      ...(format && { format }),
      ...limitsOf(property, type),
    },
  };
  const initial = initialOf(property['default'], choices);
  const isFitting = initial && whyUnfit(question, initial.join(', ')) === undefined;
  if (!isFitting || initial.length === 0) return { question, choices };
  return { question: { ...question, field: { ...question.field, initial } }, choices };
}

function typeOf(property: JsonObject, choices: Choices): FormField['type'] | undefined {
  switch (property['type']) {
    case 'string':
      return choices.length > 0 ? 'choice' : 'text';
    case 'array':
      return choices.length > 0 ? 'choice' : undefined;
    case 'boolean':
    case 'number':
    case 'integer':
      return property['type'];
    default:
      return undefined;
  }
}

const LIMITS = {
  text: ['minLength', 'maxLength'],
  number: ['minimum', 'maximum'],
  integer: ['minimum', 'maximum'],
  choice: ['minItems', 'maxItems'],
  boolean: [],
} as const;

function limitsOf(property: JsonObject, type: FormField['type']): Pick<FormField, 'min' | 'max'> {
  const [least, most] = LIMITS[type];
  const min = least && property[least];
  const max = most && property[most];
  return {
    ...(isLimit(min) && { min }),
    ...(isLimit(max) && { max }),
  };
}

/** JSON can write numbers that are none here. */
function isLimit(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

const FORMATS: readonly TextFormat[] = ['email', 'uri', 'date', 'date-time'];

function formatOf(property: JsonObject): TextFormat | undefined {
  return FORMATS.find((format) => format === property['format']);
}

/** As answers; a default of the wrong type is none. */
function initialOf(value: Json | undefined, choices: Choices): string[] | undefined {
  if (choices.length > 0) {
    const chosen = Array.isArray(value) ? value : [value];
    const labels = chosen.map((each) => choices.find((choice) => choice.value === each)?.label);
    return labels.every((label) => label !== undefined) ? labels : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : undefined;
}

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

/** Two choices under one name could not be told apart. */
function withOwnLabels(choices: Choices): Choices {
  const isShared = ({ label }: Choices[number]) =>
    choices.filter((choice) => choice.label === label).length > 1;
  return choices.map((choice) =>
    isShared(choice) ? { ...choice, label: `${choice.label} (${String(choice.value)})` } : choice,
  );
}
