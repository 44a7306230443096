import type { ComponentChildren, VNode } from 'preact';
import { hintFor } from '../../src/protocol/fields.ts';
import { type Choice, withLabel } from './questionState.ts';
import type { Question } from './types.ts';

type Field = NonNullable<Question['field']>;

export interface FormFieldProps {
  /** Unique on the page. */
  readonly name: string;
  readonly question: Question;
  readonly field: Field;
  readonly choice: Choice;
  /** Why what is there does not fit. */
  readonly reason: string | undefined;
  readonly onChange: (choice: Choice) => void;
  readonly onEnter: () => void;
}

/** More choices than this are in a list that drops down. */
const MAX_RADIOS = 7;

/** One field of a form: its title, what it is for, the control, and why an answer does not fit. */
export function FormField(props: FormFieldProps): VNode {
  const { field, question } = props;
  switch (field.type) {
    case 'text':
    case 'number':
    case 'integer':
      return <TextInput {...props} />;
    case 'boolean':
      return <Box {...props} />;
    case 'choice':
      return question.multiSelect || question.choices.length <= MAX_RADIOS ? (
        <Options {...props} />
      ) : (
        <DropDown {...props} />
      );
  }
}

/** Which keys a phone offers. */
function inputMode({ type, format }: Field): 'decimal' | 'email' | 'url' | 'text' {
  if (type === 'number' || type === 'integer') return 'decimal';
  if (format === 'email') return 'email';
  return format === 'uri' ? 'url' : 'text';
}

function TextInput(props: FormFieldProps): VNode {
  const { name, field, choice, onChange, onEnter } = props;
  return (
    <div class={frameClass(props)}>
      <Title {...props} />
      <About {...props} />
      <input
        {...controlProps(props)}
        id={name}
        class="cs-input"
        type="text"
        inputMode={inputMode(field)}
        autocomplete="off"
        spellcheck={false}
        maxLength={4000}
        value={choice.other}
        onInput={(event) =>
          onChange({ labels: [], other: event.currentTarget.value, useOther: true })
        }
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          onEnter();
        }}
      />
      <Reason {...props} />
    </div>
  );
}

function Box(props: FormFieldProps): VNode {
  const { question, field, choice, onChange } = props;
  const [yes, no] = question.choices.map(({ label }) => label);
  const isTicked = yes !== undefined && choice.labels.includes(yes);
  const next = isTicked ? no : yes;
  return (
    <div class={frameClass(props)}>
      <label class="cs-opt">
        <input
          {...controlProps(props)}
          type="checkbox"
          checked={isTicked}
          onChange={() => onChange({ ...choice, labels: next === undefined ? [] : [next] })}
        />
        <span>
          {question.text}
          {field.description && <small>{field.description}</small>}
        </span>
      </label>
      <Reason {...props} />
    </div>
  );
}

function Options(props: FormFieldProps): VNode {
  const { name, question, field, choice, onChange } = props;
  const type = question.multiSelect ? 'checkbox' : 'radio';
  const canLeaveOut = !question.multiSelect && !field.required;
  return (
    <fieldset class={frameClass(props)} aria-describedby={describedBy(props)}>
      <legend class="cs-question-h">
        <TitleWords {...props} />
      </legend>
      <About {...props} />
      {question.choices.map(({ label }) => (
        <label key={label} class="cs-opt">
          <input
            type={type}
            name={name}
            aria-invalid={props.reason !== undefined}
            checked={choice.labels.includes(label)}
            onChange={() => onChange(withLabel(question, choice, label))}
          />
          <span>{label}</span>
        </label>
      ))}
      {canLeaveOut && (
        <label class="cs-opt">
          <input
            type="radio"
            name={name}
            checked={choice.labels.length === 0}
            onChange={() => onChange({ ...choice, labels: [] })}
          />
          <span class="cs-mute">Leave out</span>
        </label>
      )}
      <Reason {...props} />
    </fieldset>
  );
}

function DropDown(props: FormFieldProps): VNode {
  const { name, question, field, choice, onChange } = props;
  return (
    <div class={frameClass(props)}>
      <Title {...props} />
      <About {...props} />
      <select
        {...controlProps(props)}
        id={name}
        class="cs-input"
        value={choice.labels[0] ?? ''}
        onChange={(event) => {
          const label = event.currentTarget.value;
          onChange({ ...choice, labels: label === '' ? [] : [label] });
        }}
      >
        <option value="">{field.required ? 'Choose one' : 'Leave out'}</option>
        {question.choices.map(({ label }) => (
          <option key={label} value={label}>
            {label}
          </option>
        ))}
      </select>
      <Reason {...props} />
    </div>
  );
}

function frameClass({ reason }: FormFieldProps): string {
  return reason === undefined ? 'cs-question' : 'cs-question is-unfit';
}

function controlProps(props: FormFieldProps) {
  return {
    'aria-required': props.field.required,
    'aria-invalid': props.reason !== undefined,
    'aria-describedby': describedBy(props),
  };
}

function describedBy({ name, reason, question, field }: FormFieldProps): string | undefined {
  const parts = [
    ...(field.type !== 'boolean' && (field.description || hintFor(question))
      ? [`${name}-about`]
      : []),
    ...(reason === undefined ? [] : [`${name}-reason`]),
  ];
  return parts.length > 0 ? parts.join(' ') : undefined;
}

function Title(props: FormFieldProps): VNode {
  return (
    <label class="cs-question-h" for={props.name}>
      <TitleWords {...props} />
    </label>
  );
}

function TitleWords({ question, field }: FormFieldProps): ComponentChildren {
  return [question.text, field.required && <span class="cs-required"> required</span>];
}

/** What the server says of the field, and what it takes. */
function About({ name, question, field }: FormFieldProps): VNode | null {
  const hint = hintFor(question);
  if (!field.description && !hint) return null;
  return (
    <p id={`${name}-about`} class="cs-about">
      {field.description}
      {field.description && hint && <br />}
      {hint}
    </p>
  );
}

function Reason({ name, reason }: FormFieldProps): VNode | null {
  if (reason === undefined) return null;
  return (
    <p id={`${name}-reason`} class="cs-note err" role="alert">
      <i class="codicon codicon-error" aria-hidden="true" />
      <span>{reason}</span>
    </p>
  );
}
