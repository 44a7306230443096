import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter, reportLater } from '../base/event.ts';
import { err, type Result } from '../base/result.ts';
import { type Timers, within } from '../base/timers.ts';
import type { IdSource } from '../base/ulid.ts';
import { ALWAYS_ASKS } from './answers.ts';
import { ruleEntry } from './audit.ts';
import type { DecidedBy, RuleScope } from './decision.ts';
import type { JournalPort } from './journalPort.ts';
import type { MatchContext } from './match/context.ts';
import type { RuleEngine } from './match/engine.ts';
import { RuleSet } from './match/ruleSet.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule, RuleSuggestion, Verdict } from './rule.ts';
import { type RuleBook, type RuleWish, rulesOf } from './ruleBook.ts';
import { draftRule } from './ruleDraft.ts';
import type { RuleProblem, RuleStore } from './ruleStore.ts';
import { canHaveRule } from './rules.ts';
import type { RuleUses } from './ruleUses.ts';
import { asks } from './verdict.ts';

export interface StoredRulesOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly newId: IdSource;
  readonly engine: Pick<RuleEngine, 'quick' | 'judge' | 'suggestions' | 'bound'>;
  /** Where the rules of a scope are kept; one store may keep both. A scope without a store has no rules. */
  readonly stores: ReadonlyMap<KeptScope, RuleStore>;
  readonly uses: RuleUses;
  readonly journal: JournalPort;
  readonly shell: MatchContext['shell'];
  /** In a workspace that is not trusted no rule applies. */
  isTrusted(): boolean;
  readonly onError?: (error: unknown) => void;
}

/** Session rules end with their session and are kept nowhere. */
type KeptScope = Exclude<RuleScope, 'session'>;

interface Adding {
  readonly rule: Rule;
  /** Settles when it is kept, or is not. */
  readonly done: Promise<void>;
}

/** How long the rules may think, in milliseconds: a disk that does not answer must not hide a request. */
const MAX_THINKING = 5000;

/** The rules of all scopes: read from their stores, asked for every request, changed by persons only. */
export class StoredRules implements RuleBook, Disposable {
  readonly #options: StoredRulesOptions;
  readonly #store = new DisposableStore();
  readonly #changed: Emitter<void>;
  readonly #gained: Emitter<void>;
  /** Rules that were revoked here; a store that could not forget them must not bring them back. */
  readonly #revoked = new Set<string>();
  /** Rules that answer already and are on their way to their store: what is read meanwhile need not hold them. */
  readonly #adding = new Map<string, Adding>();
  readonly #problems = new Map<RuleStore, readonly RuleProblem[]>();
  #rules = new RuleSet();
  #revision = 0;
  /** Set while the stores are read; settles when the rules are known. Never rejects. */
  #loading: Promise<void> | undefined;

  /** A rule was added, revoked or changed by somebody else, or a record was set aside. */
  readonly onDidChange;
  readonly onDidGain;

  constructor(options: StoredRulesOptions) {
    this.#options = options;
    const onError = options.onError ?? reportLater;
    this.#changed = this.#store.add(new Emitter<void>(onError));
    this.#gained = this.#store.add(new Emitter<void>(onError));
    this.onDidChange = this.#changed.event;
    this.onDidGain = this.#gained.event;
    for (const store of this.#stores) this.#store.add(store.onDidChange(() => this.#load()));
    if (this.#stores.size > 0) this.#load();
  }

  /** Every rule, in the order in which they were made; those that have expired as well. */
  get all(): readonly Rule[] {
    return [...this.#rules.all()].sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Records that were set aside. */
  get problems(): readonly RuleProblem[] {
    return [...this.#problems.values()].flat();
  }

  /** The scopes in which a rule can be made. */
  get scopes(): readonly RuleScope[] {
    return ['session', ...this.#options.stores.keys()];
  }

  /** Settles when the stores have been read. */
  async ready(): Promise<void> {
    await this.#loading;
  }

  usesOf(ruleId: string) {
    return this.#options.uses.of(ruleId);
  }

  judge(request: PermissionRequest): Verdict | Promise<Verdict> {
    if (!this.#options.isTrusted())
      return asks('No rule applies in a workspace that you have not trusted.');
    // A rule that is not read yet can be one that denies.
    if (this.#loading !== undefined)
      return this.#withinLimit(this.#loading.then(() => this.judge(request)));
    const quick = this.#options.engine.quick(request, this.#contextOf(request), this.#rules);
    return quick ?? this.#withinLimit(this.#judgeSlowly(request));
  }

  /** The verdict must hold for the rules as they are when it is there, not as they were when the question began. */
  async #judgeSlowly(request: PermissionRequest): Promise<Verdict> {
    for (let tries = 0; tries < 10; tries++) {
      const revision = this.#revision;
      const context = this.#contextOf(request);
      const verdict = await this.#options.engine.judge(request, context, this.#rules);
      if (revision === this.#revision && this.#options.isTrusted()) return verdict;
    }
    return asks('The rules kept changing.');
  }

  async stands(request: PermissionRequest, verdict: Verdict): Promise<boolean> {
    const again = await this.judge(request);
    const revision = this.#revision;
    if (again.verdict !== verdict.verdict || idsOf(again) !== idsOf(verdict)) return false;
    const answering = rulesOf(again);
    const confirmed = await Promise.all(
      [...this.#stores].map((store) =>
        store.confirms(answering.filter(({ scope }) => this.#keptIn(scope) === store)),
      ),
    );
    return confirmed.every(Boolean) && revision === this.#revision && this.#options.isTrusted();
  }

  async draft(request: PermissionRequest, wish: RuleWish): Promise<Result<Rule, string>> {
    const { engine, newId } = this.#options;
    if (!canHaveRule(request)) return err(ALWAYS_ASKS);
    if (!this.scopes.includes(wish.choice.scope))
      return err('Rules of this reach cannot be kept here.');
    if (!this.#options.isTrusted())
      return err('No rule can be made in a workspace that you have not trusted.');
    return draftRule({ request, wish, id: newId(), engine, context: this.#contextOf(request) });
  }

  /** What can be offered beside the exact call. Empty when there is any doubt. */
  async suggestions(request: PermissionRequest): Promise<readonly RuleSuggestion[]> {
    if (!canHaveRule(request)) return [];
    return this.#options.engine.suggestions(request, this.#contextOf(request));
  }

  async add(rule: Rule): Promise<void> {
    const store = this.#keptIn(rule.scope);
    this.#put(rule);
    if (store) {
      const done = this.#keep(rule, store);
      this.#adding.set(rule.id, { rule, done });
      await done;
    }
    // Not before it is kept: until then the store does not confirm it, so it cannot answer.
    this.#gained.fire();
  }

  async #keep(rule: Rule, store: RuleStore): Promise<void> {
    try {
      await store.put(rule);
    } catch (error) {
      this.#take(rule.id);
      // Part of it can have been done: what is told not to be kept must not come back.
      this.#revoked.add(rule.id);
      await store.delete(rule.id).catch(() => undefined);
      throw error;
    } finally {
      this.#adding.delete(rule.id);
      // What is being read now may have been read before.
      this.#revision++;
    }
  }

  /**
   * Revokes a rule: it answers nothing from this moment. Resolves with the rule, or `undefined` when there is none;
   * rejects when the store could not forget it, so that it may be back after a restart.
   */
  async remove(ruleId: string, by: DecidedBy): Promise<Rule | undefined> {
    const rule = this.#rules.get(ruleId);
    if (!rule) return undefined;
    this.#revoked.add(ruleId);
    this.#take(ruleId);
    const { journal, clock } = this.#options;
    // Revoking is safe without a record, so a failing journal does not keep it from happening.
    const recorded = journal
      .append(ruleEntry(rule, 'revoked', by, clock.now()))
      .catch(this.#report);
    // Not before it is there: it would come back with a restart.
    await this.#adding.get(ruleId)?.done.catch(() => undefined);
    await this.#keptIn(rule.scope)?.delete(ruleId);
    await recorded;
    return rule;
  }

  /** Takes a revocation back. Rejects when that cannot be put on record or the rule cannot be kept. */
  async restore(rule: Rule, by: DecidedBy): Promise<void> {
    const { journal, clock } = this.#options;
    await journal.append(ruleEntry(rule, 'restored', by, clock.now()));
    this.#revoked.delete(rule.id);
    await this.add(rule);
  }

  used(verdict: Verdict, at: number): void {
    for (const rule of rulesOf(verdict)) this.#options.uses.count(rule, at);
  }

  /** Forgets the rules of a session that was closed. */
  endSession(sessionKey: string): void {
    for (const rule of [...this.#rules.all()]) {
      if (rule.scope === 'session' && rule.sessionKey === sessionKey) this.#take(rule.id);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  get #stores(): ReadonlySet<RuleStore> {
    return new Set(this.#options.stores.values());
  }

  /** `undefined` for rules of a session. */
  #keptIn(scope: RuleScope): RuleStore | undefined {
    if (scope === 'session') return undefined;
    const store = this.#options.stores.get(scope);
    if (!store) throw new Error(`No store keeps ${scope} rules`);
    return store;
  }

  readonly #report = (error: unknown): void => {
    (this.#options.onError ?? reportLater)(error);
  };

  #load(): void {
    const loading = this.#read().finally(() => {
      if (this.#loading !== loading) return;
      this.#loading = undefined;
      this.#changed.fire();
    });
    this.#loading = loading;
  }

  /** A store that cannot be read at all has no rules; what it held asks. */
  async #read(): Promise<void> {
    const revision = this.#revision;
    const read = await Promise.all(
      [...this.#stores].map(async (store) => {
        try {
          const { rules, problems } = await store.load();
          this.#problems.set(store, problems);
          return rules.filter(
            ({ scope }) => scope !== 'session' && this.#options.stores.get(scope) === store,
          );
        } catch (error) {
          this.#report(error);
          const reason = error instanceof Error ? error.message : String(error);
          this.#problems.set(store, [{ where: 'All rules', reason }]);
          return [];
        }
      }),
    );
    // A rule was made or revoked meanwhile: what was read may not know it.
    if (revision !== this.#revision) return this.#read();
    const adding = [...this.#adding.values()].map(({ rule }) => rule);
    const kept = [...read.flat(), ...adding].filter(({ id }) => !this.#revoked.has(id));
    const session = [...this.#rules.all()].filter(({ scope }) => scope === 'session');
    this.#rules = new RuleSet([...kept, ...session]);
    this.#revision++;
    this.#gained.fire();
  }

  #put(rule: Rule): void {
    this.#rules.add(rule);
    this.#revision++;
    this.#changed.fire();
  }

  #take(ruleId: string): void {
    this.#rules.remove(ruleId);
    this.#revision++;
    this.#changed.fire();
  }

  #contextOf({ session, agent }: PermissionRequest): MatchContext {
    return {
      workspaceFolder: session.workspaceFolder,
      agentId: agent.id,
      sessionKey: session.key,
      now: this.#options.clock.now(),
      shell: this.#options.shell,
      reaches: (rule) =>
        rule.scope !== 'workspace' || rule.workspaceFolder === session.workspaceFolder,
    };
  }

  #withinLimit(verdict: Promise<Verdict>): Promise<Verdict> {
    const { timers } = this.#options;
    return within(timers, MAX_THINKING, verdict, () => asks('Looking up the rules took too long.'));
  }
}

function idsOf(verdict: Verdict): string {
  return rulesOf(verdict)
    .map(({ id }) => id)
    .sort()
    .join();
}
