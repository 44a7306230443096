import {
  canAllow,
  outcomeOf,
  type ProposedAnswer,
  type RuleScope,
} from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
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
      const several = this.#currentQuestion.multiSelect ? 'numbers with commas' : 'a number';
      return `${question}Type ${several}, or a text of your own. [d] Skip: `;
    }
    return `${this.#choices()}: `;
  }

  typed(line: string): DialogStep {
    const text = line.trim();
    if (this.#rule) return this.#ruleTyped(this.#rule, text);
    if (this.#mode === 'message') return this.#message(text);
    if (text === '') return AGAIN;
    return this.#currentQuestion ? this.#answer(text) : this.#decide(text);
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

  #answer(text: string): DialogStep {
    const question = this.#currentQuestion;
    if (!question) return AGAIN;
    if (text.toLowerCase() === 'd') return { kind: 'answer', answer: { outcome: 'deny' } };
    const parts = question.multiSelect ? text.split(',').map((part) => part.trim()) : [text];
    const labels = parts.map((part) => numbered(question.choices, part)?.label);
    const isChoice = labels.every((label) => label !== undefined);
    this.#answers.set(question.id, isChoice ? labels.join(', ') : text);
    this.#question++;
    if (this.#currentQuestion) return AGAIN;
    return {
      kind: 'answer',
      answer: { outcome: 'allow', answers: Object.fromEntries(this.#answers) },
    };
  }
}

/** The item that a typed number names, counted from 1. */
function numbered<T>(items: readonly T[], text: string): T | undefined {
  return /^[1-9]\d?$/.test(text) ? items[Number(text) - 1] : undefined;
}
