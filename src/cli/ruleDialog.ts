import type { RuleChoice, RuleScope } from '../permission/decision.ts';
import type { RuleSuggestion } from '../permission/rule.ts';

export type RuleStep =
  | { readonly kind: 'ask' }
  | { readonly kind: 'back' }
  | { readonly kind: 'chosen'; readonly rule: RuleChoice };

const LETTERS: Readonly<Record<RuleScope, { readonly letter: string; readonly words: string }>> = {
  session: { letter: 's', words: 'this session' },
  workspace: { letter: 'w', words: 'this folder, also later' },
  global: { letter: 'g', words: 'everywhere' },
};

/** Asks what a rule is to cover, and how far it is to reach. Nothing is chosen by default; an empty line goes back. */
export class RuleDialog {
  readonly #effect: 'allow' | 'deny';
  readonly #scopes: readonly RuleScope[];
  readonly #choices: readonly { readonly match: string; readonly label: string }[];
  #match: string | undefined;

  constructor(
    effect: 'allow' | 'deny',
    scopes: readonly RuleScope[],
    suggestions: readonly RuleSuggestion[],
  ) {
    this.#effect = effect;
    this.#scopes = scopes;
    this.#choices = [
      { match: 'exact', label: 'exactly this call' },
      ...suggestions.map(({ id, label }) => ({ match: id, label })),
    ];
    if (this.#choices.length === 1) this.#match = 'exact';
  }

  prompt(): string {
    const verb = this.#effect === 'allow' ? 'Always allow' : 'Always deny';
    if (this.#match === undefined) {
      const lines = this.#choices.map(({ label }, index) => `  [${index + 1}] ${label}\n`);
      return `${verb}:\n${lines.join('')}Type a number (empty to go back): `;
    }
    const label = this.#choices.find(({ match }) => match === this.#match)?.label;
    const scopes = this.#scopes.map(
      (scope) => `[${LETTERS[scope].letter}] ${LETTERS[scope].words}`,
    );
    return `${verb} ${label} in: ${scopes.join('  ')} (empty to go back): `;
  }

  typed(text: string): RuleStep {
    if (text === '') return { kind: 'back' };
    if (this.#match === undefined) {
      this.#match = /^[1-9]$/.test(text) ? this.#choices[Number(text) - 1]?.match : undefined;
      return { kind: 'ask' };
    }
    const scope = this.#scopes.find((each) => LETTERS[each].letter === text.toLowerCase());
    if (!scope) return { kind: 'ask' };
    return { kind: 'chosen', rule: { scope, match: this.#match } };
  }
}
