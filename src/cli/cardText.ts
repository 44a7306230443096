import type { Preview } from '../permission/display.ts';
import { type FormField, fieldHint } from '../permission/formField.ts';
import type { PermissionRequest, Question } from '../permission/request.ts';
import { canHaveRule } from '../permission/rules.ts';
import { plain, safeText } from '../permission/spans.ts';
import { cardView } from '../protocol/cardView.ts';
import { wish } from '../protocol/words.ts';
import type { Style } from './style.ts';

/** The card as text: who, what and where, risk, payload, why. The order is that of the card everywhere else. */
export function cardText(request: PermissionRequest, style: Style): string {
  const { agent, display } = request;
  const name = safeText(agent.name);
  // A form says whose it is; a question of the agent is its own title.
  const isQuestion = display.questions && !display.place;
  const lines = isQuestion
    ? [style.bold(`${name} asks`)]
    : [style.bold(`${name} wants to ${wish(display)}`)];
  if (display.risk) lines.push(style.warning(`! ${display.risk.text}`));
  lines.push(...previewLines(display.preview, style));
  lines.push(...display.facts.map(({ label, text }) => `  ${label}: ${plain(text)}`));
  if (display.why)
    lines.push(style.dim(`  ${request.elicitation ? 'Message' : 'Why'}: “${plain(display.why)}”`));
  if (display.secrets.length > 0) lines.push(style.dim(`  ${secretWords(display.secrets.length)}`));
  if (display.hidden > 0) lines.push(style.warning(`  ${hiddenWords(display.hidden)}`));
  if (request.denyEndsTurn) lines.push(style.dim(`  After a Deny ${name} ends its turn.`));
  return `${lines.join('\n')}\n`;
}

/** One question of the agent with its choices, numbered from 1. */
export function questionText(request: PermissionRequest, index: number, style: Style): string {
  const question = request.display.questions?.[index];
  if (!question) return '';
  const choices = question.choices.map(
    ({ label, description }, at) =>
      `  [${at + 1}] ${label}${description ? style.dim(` – ${description}`) : ''}`,
  );
  const { field, text } = question;
  const about = field ? aboutField(question, field) : [];
  const title = field?.required ? `${text} (required)` : text;
  const lines = [`  ${title}`, ...about.map((line) => `  ${style.dim(line)}`), ...choices];
  return `${lines.join('\n')}\n`;
}

function aboutField(question: Question, { description, initial }: FormField): string[] {
  const hint = fieldHint(question);
  return [
    ...(description ? [description] : []),
    ...(hint ? [`Takes ${hint}.`] : []),
    ...(initial ? [`Now: ${initial.join(', ')}`] : []),
  ];
}

/** The agent's own options, numbered from 1 as they can be chosen. */
export function moreText(request: PermissionRequest, style: Style): string {
  const { options } = cardView(request);
  const lines = [
    '  [m] Deny with a message',
    ...(canHaveRule(request) ? ['  [a] Always allow …', '  [n] Always deny …'] : []),
    ...(options.length > 0 ? [`  ${safeText(request.agent.name)}’s own options:`] : []),
    ...options.map(
      ({ label, note }, index) => `  [${index + 1}] ${label}${style.dim(` – ${note}`)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function previewLines(preview: Preview, style: Style): string[] {
  switch (preview.kind) {
    case 'command':
      return indented(plain(preview.text), '  $ ', '    ');
    case 'json':
    case 'text':
      return indented(plain(preview.text), '  ', '  ');
    case 'url':
      return [
        `  ${plain(preview.before)}${style.bold(plain(preview.host))}${plain(preview.after)}`,
      ];
    case 'diff':
      return [
        `  ${plain(preview.path)}`,
        ...preview.rows.map(({ sign, text }) => diffRow(sign, plain(text), style)),
        ...(preview.omitted > 0 ? [`  … ${preview.omitted} more lines are not shown here`] : []),
      ];
    case 'none':
      return [];
  }
}

function diffRow(sign: string, text: string, style: Style): string {
  const row = `  ${sign} ${text}`;
  if (sign === '+') return style.added(row);
  return sign === ' ' ? row : style.removed(row);
}

function indented(text: string, first: string, rest: string): string[] {
  return text.split('\n').map((line, index) => `${index === 0 ? first : rest}${line}`);
}

function secretWords(count: number): string {
  return count === 1
    ? '1 secret is hidden here and in the record. The call itself still contains it.'
    : `${count} secrets are hidden here and in the record. The call itself still contains them.`;
}

function hiddenWords(count: number): string {
  return count === 1
    ? '1 invisible character is shown as a code. It can make a text read differently from what runs.'
    : `${count} invisible characters are shown as codes. They can make a text read differently from what runs.`;
}
