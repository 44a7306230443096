import type { Result } from '../../base/result.ts';
import type { Action } from '../action.ts';
import { isBindable } from '../bindable.ts';
import type { ExactMatch, Rule, RuleMatch, RuleSuggestion, Verdict } from '../rule.ts';
import type { ShellGrammar } from '../shell/grammar.ts';
import { mentionsScript } from '../shell/scriptMention.ts';
import { allowedBy, asked, deniedBy, notBindable } from '../verdict.ts';
import type * as CommandMatch from './commandMatch.ts';
import type { FilesPort, GrammarBytes, JudgedCall, MatchContext } from './context.ts';
import { judgeMcp, notThisServer } from './mcpMatch.ts';
import type * as PathMatch from './pathMatch.ts';
import type { RuleSet } from './ruleSet.ts';
import { judgeUrl } from './urlMatch.ts';

export interface RuleEngineOptions {
  readonly files: FilesPort;
  /** Called once, when the first command pattern is tried. */
  loadGrammar(): Promise<GrammarBytes>;
}

/**
 * What the rules say of a call. What knows shells is loaded when the first pattern is tried: most windows never do. It never throws for what a call holds; what it cannot understand asks. */
export class RuleEngine {
  readonly #files: FilesPort;
  readonly #loadGrammar: RuleEngineOptions['loadGrammar'];
  #grammar: Promise<ShellGrammar> | undefined;
  // Kept, since even a module that is there takes a while to be imported again.
  #commandMatch: Promise<typeof CommandMatch> | undefined;
  #pathMatch: Promise<typeof PathMatch> | undefined;

  constructor({ files, loadGrammar }: RuleEngineOptions) {
    this.#files = files;
    this.#loadGrammar = loadGrammar;
  }

  /** The verdict where no pattern has to be tried and no file looked at; `undefined`: only {@link judge} can tell. */
  quick(call: JudgedCall, context: MatchContext, rules: RuleSet): Verdict | undefined {
    const { deny, allow, otherServer } = exactRules(call, context, rules);
    if (deny) return deniedBy(deny, call.action);
    const patterns = patternsFor(call.action, rules);
    if (patterns === 'deny') return undefined;
    if (!isBindable(call.action)) return notBindable(call.action);
    if (allow && !mayNeedFiles(call.action, allow)) return allowedBy(allow, call.action);
    if (allow || patterns === 'allow') return undefined;
    return asked(call.action, otherServer && notThisServer(otherServer, call));
  }

  /** Deny beats ask beats allow, whatever the scope or the kind of the rules. */
  async judge(call: JudgedCall, context: MatchContext, rules: RuleSet): Promise<Verdict> {
    const quick = this.quick(call, context, rules);
    if (quick) return quick;
    const { action } = call;
    const patterns = await this.#patterns(call, context, rules);
    if (patterns.verdict === 'deny') return patterns;
    if (!isBindable(action)) return notBindable(action);
    const { allow, otherServer } = exactRules(call, context, rules);
    if (allow && !(await needsFiles(action, allow))) return allowedBy(allow, action);
    if (allow && (await this.#isStillBound(allow, action, context)))
      return allowedBy(allow, action);
    if (otherServer && patterns.verdict === 'ask')
      return asked(action, notThisServer(otherServer, call));
    return patterns;
  }

  /** At most two patterns that a careful person would accept for such calls; none where there is any doubt. */
  async suggestions(
    call: Pick<JudgedCall, 'action' | 'mcpServerHash'>,
    context: MatchContext,
  ): Promise<readonly RuleSuggestion[]> {
    const { suggestionsFor } = await import('../suggest.ts');
    return suggestionsFor(call, context, await this.#shellGrammar());
  }

  /**
   * The match as it has to be kept: with the hashes of the script files that it runs. The error is a sentence: there is
   * a script that cannot be read, so nothing can be bound.
   */
  async bound(
    match: RuleMatch,
    call: JudgedCall,
    context: MatchContext,
  ): Promise<Result<RuleMatch, string>> {
    const { bindFiles } = await import('../shell/boundFiles.ts');
    return bindFiles(match, call.action, context, this.#files);
  }

  async #isStillBound(rule: Rule, action: Action, context: MatchContext): Promise<boolean> {
    const { stillBound } = await import('../shell/boundFiles.ts');
    return stillBound(rule.match, action, context, this.#files);
  }

  #shellGrammar(): Promise<ShellGrammar> {
    this.#grammar ??= import('../shell/grammar.ts').then(
      ({ ShellGrammar }) => new ShellGrammar(this.#loadGrammar),
    );
    return this.#grammar;
  }

  async #patterns(call: JudgedCall, context: MatchContext, rules: RuleSet): Promise<Verdict> {
    const { action } = call;
    const applies = (rule: Rule) => isInForce(rule, context);
    switch (action.tool) {
      case 'execute': {
        this.#commandMatch ??= import('./commandMatch.ts');
        const { judgeCommand } = await this.#commandMatch;
        const grammar = await this.#shellGrammar();
        return judgeCommand({ action, context, rules, applies, files: this.#files, grammar });
      }
      case 'edit':
      case 'delete':
      case 'read':
      case 'move': {
        // Reached when there is a rule for paths: most windows never load it.
        this.#pathMatch ??= import('./pathMatch.ts');
        const { judgePath } = await this.#pathMatch;
        return judgePath({
          action,
          context,
          rules: [...rules.paths].filter(applies),
          files: this.#files,
        });
      }
      case 'fetch':
        return judgeUrl(action, [...rules.urls].filter(applies));
      case 'mcp':
        return judgeMcp({ ...call, action }, [...rules.mcps].filter(applies));
      case 'other':
        return asked(action);
    }
  }
}

/** Whether patterns could say something of such a call, and the worst that they could say. */
function patternsFor(action: Action, rules: RuleSet): 'deny' | 'allow' | undefined {
  switch (action.tool) {
    case 'execute':
      if (rules.deniesCommands) return 'deny';
      return rules.hasCommands ? 'allow' : undefined;
    case 'edit':
    case 'delete':
    case 'read':
    case 'move':
      return worst(rules.paths);
    case 'fetch':
      return worst(rules.urls);
    case 'mcp':
      return worst(rules.mcps);
    case 'other':
      return undefined;
  }
}

function worst(rules: ReadonlySet<Rule>): 'deny' | 'allow' | undefined {
  let found: 'allow' | undefined;
  for (const { effect } of rules) {
    if (effect === 'deny') return 'deny';
    found = 'allow';
  }
  return found;
}

function exactRules(call: JudgedCall, context: MatchContext, rules: RuleSet) {
  let deny: Rule | undefined;
  let allow: Rule | undefined;
  let otherServer: ExactMatch | undefined;
  for (const rule of rules.exact(call.argsHash)) {
    const { match } = rule;
    if (match.kind !== 'exact' || match.tool !== call.action.tool) continue;
    if (!isInForce(rule, context)) continue;
    if (rule.effect === 'deny') deny ??= rule;
    else if (match.serverHash === call.mcpServerHash) allow ??= rule;
    else otherServer ??= match;
  }
  return { deny, allow, otherServer };
}

function isInForce(rule: Rule, context: MatchContext): boolean {
  if (rule.expiresAt !== undefined && rule.expiresAt <= context.now) return false;
  if (rule.agents && !rule.agents.includes(context.agentId)) return false;
  // A session rule without its session is broken, and reaches nothing.
  if (rule.scope === 'session' && rule.sessionKey !== context.sessionKey) return false;
  return context.reaches?.(rule) ?? true;
}

/** Whether an exact allow depends on what a script file holds now. */
function mayNeedFiles(action: Action, { match }: Rule): boolean {
  if (match.kind === 'exact' && match.files) return true;
  return action.tool === 'execute' && mentionsScript(action.command);
}

async function needsFiles(action: Action, rule: Rule): Promise<boolean> {
  if (!mayNeedFiles(action, rule)) return false;
  if (action.tool !== 'execute' || (rule.match.kind === 'exact' && rule.match.files)) return true;
  const { scriptsIn } = await import('../shell/scripts.ts');
  return scriptsIn(action.command).length > 0;
}
