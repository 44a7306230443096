import {
  canAllow,
  outcomeOf,
  type ProposedAnswer,
  type RuleScope,
} from '../permission/decision.ts';
import { whyUnfit } from '../permission/formField.ts';
import type { PermissionRequest, Question } from '../permission/request.ts';
import type { RuleSuggestion } from '../permission/rule.ts';
import { canHaveRule } from '../permission/rules.ts';
import { noPlaceWords } from './answerWords.ts';
import { moreText, questionText } from './cardText.ts';
import { RuleDialog } from './ruleDialog.ts';
import type { Style } from './style.ts';

export type DialogStep =
  | {
      readonly kind: 'answer';
      readonly answer: Omit<ProposedAnswer, 'requestId' | 'argsHash' | 'by'>;
    }
  /** Something to show before asking again. */
  | { readonly kind: 'again'; readonly text: string };

interface AskedRule {
  readonly outcome: 'allow' | 'deny';
  readonly dialog: RuleDialog;
}

const AGAIN: DialogStep = { kind: 'again', text: '' };

/** The words of one request: what is asked for next, and what a typed line means. Nothing is an answer by default. */
export class Dialog {
  readonly #request: PermissionRequest;
  readonly #style: Style;
  readonly #scopes: readonly RuleScope[];
  readonly #answers = new Map<string, string>();
  #suggestions: readonly RuleSuggestion[] = [];
  #rule: AskedRule | undefined;
  #question = 0;
  #mode: 'decision' | 'message' = 'decision';

  constructor(
    request: PermissionRequest,
    style: Style,
    scopes: readonly RuleScope[] = ['session'],
  ) {
    this.#scopes = scopes;
    this.#request = request;
    this.#style = style;
  }

  /** Patterns that can be offered beside the exact call. */
  offer(suggestions: readonly RuleSuggestion[]): void {
    this.#suggestions = suggestions;
  }

  prompt(): string {
    if (this.#rule) return this.#rule.dialog.prompt();
    if (this.#mode === 'message') return 'Message for the agent (empty to go back): ';
    if (this.#currentQuestion) {
      const question = questionText(this.#request, this.#question, this.#style);
      return `${question}${howToAnswer(this.#currentQuestion)} [d] Skip: `;
    }
    return `${this.#choices()}: `;
  }

  typed(line: string): DialogStep {
    const text = line.trim();
    if (this.#rule) return this.#ruleTyped(this.#rule, text);
    if (this.#mode === 'message') return this.#message(text);
    if (this.#currentQuestion?.field) return this.#fillIn(this.#currentQuestion, text);
    if (text === '') return AGAIN;
    return this.#currentQuestion ? this.#answer(this.#currentQuestion, text) : this.#decide(text);
  }

  get #currentQuestion() {
    return this.#request.questions?.[this.#question];
  }

  #choices(): string {
    return [
      '[d] Deny',
      ...(canAllow(this.#request) ? ['[o] Allow once'] : []),
      ...(this.#canAlways ? ['[s] Always allow in this session'] : []),
      '[?] more',
    ].join('  ');
  }

  get #canAlways(): boolean {
    return canAllow(this.#request) && canHaveRule(this.#request);
  }

  #decide(text: string): DialogStep {
    switch (text.toLowerCase()) {
      case 'd':
      case 'deny':
        return { kind: 'answer', answer: { outcome: 'deny' } };
      case 'o':
      case 'once':
      case 'allow once':
        if (canAllow(this.#request)) return { kind: 'answer', answer: { outcome: 'allow' } };
        break;
      case 's':
      case 'always':
      case 'always allow':
        if (this.#canAlways) {
          const rule = { scope: 'session', match: 'exact' } as const;
          return { kind: 'answer', answer: { outcome: 'allow', rule } };
        }
        break;
      case 'a':
        if (this.#canAlways) return this.#askRule('allow');
        break;
      case 'n':
      case 'never':
        if (canHaveRule(this.#request)) return this.#askRule('deny');
        break;
      case 'm':
        if (this.#request.feedback === 'nextPrompt')
          return { kind: 'again', text: `${noPlaceWords(this.#request.agent.name)}\n` };
        this.#mode = 'message';
        return AGAIN;
      case '?':
      case 'more':
      case 'help':
        return { kind: 'again', text: moreText(this.#request, this.#style) };
    }
    return this.#ownOption(text) ?? { kind: 'again', text: 'That is none of these.\n' };
  }

  #askRule(outcome: 'allow' | 'deny'): DialogStep {
    this.#rule = { outcome, dialog: new RuleDialog(outcome, this.#scopes, this.#suggestions) };
    return AGAIN;
  }

  #ruleTyped(asked: AskedRule, text: string): DialogStep {
    const step = asked.dialog.typed(text);
    if (step.kind === 'ask') return AGAIN;
    this.#rule = undefined;
    if (step.kind === 'back') return AGAIN;
    return { kind: 'answer', answer: { outcome: asked.outcome, rule: step.rule } };
  }

  #ownOption(text: string): DialogStep | undefined {
    const option = numbered(this.#request.options, text);
    if (!option) return undefined;
    return {
      kind: 'answer',
      answer: { outcome: outcomeOf(option.kind), optionId: option.id },
    };
  }

  #message(text: string): DialogStep {
    this.#mode = 'decision';
    if (text === '') return AGAIN;
    return { kind: 'answer', answer: { outcome: 'deny', feedback: text } };
  }

  #answer(question: Question, text: string): DialogStep {
    if (text.toLowerCase() === 'd') return SKIP;
    return this.#next(question, chosenOrTyped(question, text));
  }

  /** An empty line takes what the field holds at first, or leaves it out. */
  #fillIn(question: Question, text: string): DialogStep {
    if (text.toLowerCase() === 'd') return SKIP;
    const answer = text === '' ? initialOf(question) : chosenOrTyped(question, text);
    const reason = whyUnfit(question, answer);
    return reason ? { kind: 'again', text: `${reason}\n` } : this.#next(question, answer);
  }

  #next(question: Question, answer: string): DialogStep {
    this.#answers.set(question.id, answer);
    this.#question++;
    if (this.#currentQuestion) return AGAIN;
    return {
      kind: 'answer',
      answer: { outcome: 'allow', answers: Object.fromEntries(this.#answers) },
    };
  }
}

const SKIP: DialogStep = { kind: 'answer', answer: { outcome: 'deny' } };

function howToAnswer({ choices, field, multiSelect }: Question): string {
  const numbers = multiSelect ? 'numbers with commas' : 'a number';
  if (!field) return `Type ${numbers}, or a text of your own.`;
  const what = choices.length > 0 ? numbers : 'the answer';
  if (field.initial) return `Type ${what}, or press Enter to keep what is there.`;
  return field.required ? `Type ${what}.` : `Type ${what}, or press Enter to leave it out.`;
}

function chosenOrTyped({ choices, multiSelect }: Question, text: string): string {
  const parts = multiSelect ? text.split(',').map((part) => part.trim()) : [text];
  const labels = parts.map((part) => numbered(choices, part)?.label);
  return labels.every((label) => label !== undefined) ? labels.join(', ') : text;
}

function initialOf({ field }: Question): string {
  return field?.initial?.join(', ') ?? '';
}

/** The item that a typed number names, counted from 1. */
function numbered<T>(items: readonly T[], text: string): T | undefined {
  return /^[1-9]\d?$/.test(text) ? items[Number(text) - 1] : undefined;
}
