import type { MatchContext } from '../permission/match/context.ts';
import type { RuleEngine } from '../permission/match/engine.ts';
import type { PermissionRequest } from '../permission/request.ts';
import type { RuleSuggestion } from '../permission/rule.ts';
import { canHaveRule, whyNoRule } from '../permission/rules.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { type PastAnswers, type RuleOfferView, suggestionView } from '../protocol/ruleView.ts';

/** How many of the latest requests on record a suggestion is tried on. */
const LATEST = 50;

export interface RuleOffersOptions {
  readonly rules: StoredRules;
  readonly engine: RuleEngine;
  readonly shell: MatchContext['shell'];
  readonly journalFolder: string;
  isTrusted(): boolean;
  readonly onError: (error: unknown) => void;
}

/** What the form for rules of a request can offer. */
export class RuleOffers {
  readonly #options: RuleOffersOptions;

  constructor(options: RuleOffersOptions) {
    this.#options = options;
  }

  /** Tells it at once, and again when it is known what the past says. Never rejects. */
  async offer(request: PermissionRequest, tell: (offer: RuleOfferView) => void): Promise<void> {
    const { rules, isTrusted, onError } = this.#options;
    const whyNot = whyNoRule(request) ?? (isTrusted() ? undefined : UNTRUSTED);
    if (whyNot !== undefined || !canHaveRule(request)) {
      tell({ scopes: [], suggestions: [], whyNot: safeText(whyNot ?? UNTRUSTED) });
      return;
    }
    const exact: RuleOfferView = { scopes: rules.scopes, suggestions: [] };
    try {
      const suggestions = await rules.suggestions(request);
      const offer = { ...exact, suggestions: suggestions.map(suggestionView) };
      tell(offer);
      const past = await this.#past(request, suggestions);
      if (past.of > 0) tell({ ...offer, past });
    } catch (error) {
      onError(error);
      tell(exact);
    }
  }

  async #past(
    request: PermissionRequest,
    suggestions: readonly RuleSuggestion[],
  ): Promise<PastAnswers> {
    const { PastRequests } = await import('../storage/rules/pastRequests.ts');
    const { journalFolder, engine } = this.#options;
    const { action, agent, argsHash, session } = request;
    const past = await PastRequests.read({
      folder: journalFolder,
      max: LATEST,
      engine,
      context: {
        workspaceFolder: session.workspaceFolder,
        agentId: agent.id,
        sessionKey: session.key,
        now: Date.now(),
        shell: this.#options.shell,
      },
      except: request.id,
    });
    const exact = { kind: 'exact', tool: action.tool, argsHash, label: '' } as const;
    const matches = [{ id: 'exact', match: exact }, ...suggestions];
    const counts = await Promise.all(
      matches.map(async ({ id, match }) => [id, (await past.answeredBy(match)).answered] as const),
    );
    return { of: past.count, answered: Object.fromEntries(counts) };
  }
}

const UNTRUSTED = 'No rule can be made in a workspace that you have not trusted.';
