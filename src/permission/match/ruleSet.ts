import type { Rule, RuleMatch } from '../rule.ts';
import { baseName } from '../shell/baseName.ts';

type PatternKind = Exclude<RuleMatch['kind'], 'exact'>;
export type PatternRule<K extends PatternKind> = Rule & {
  readonly match: Extract<RuleMatch, { kind: K }>;
};

/**
 * Rules, found without looking at all of them: exact ones by the hash of the call, command patterns by their program.
 * The order in which they came does not matter; whether a rule applies (expiry, agent, session) is asked at each call.
 */
export class RuleSet {
  readonly #byId = new Map<string, Rule>();
  readonly #exact = new Map<string, Set<Rule>>();
  readonly #commands = new Map<string, Set<PatternRule<'command'>>>();
  readonly #paths = new Set<PatternRule<'path'>>();
  readonly #urls = new Set<PatternRule<'url'>>();
  readonly #mcps = new Set<PatternRule<'mcp'>>();
  #denyingCommands = 0;

  constructor(rules: Iterable<Rule> = []) {
    for (const rule of rules) this.add(rule);
  }

  /** Adds a rule, in place of one with the same id. */
  add(rule: Rule): void {
    this.remove(rule.id);
    this.#byId.set(rule.id, rule);
    const { match } = rule;
    switch (match.kind) {
      case 'exact':
        addTo(this.#exact, match.argsHash, rule);
        break;
      case 'command':
        if (rule.effect === 'deny') this.#denyingCommands++;
        addTo(this.#commands, baseName(match.tokens[0] ?? ''), { ...rule, match });
        break;
      case 'path':
        this.#paths.add({ ...rule, match });
        break;
      case 'url':
        this.#urls.add({ ...rule, match });
        break;
      case 'mcp':
        this.#mcps.add({ ...rule, match });
        break;
    }
  }

  /** Takes a rule out and returns it; `undefined` when there is none of that id. */
  remove(id: string): Rule | undefined {
    const rule = this.#byId.get(id);
    if (!rule) return undefined;
    this.#byId.delete(id);
    const { match } = rule;
    switch (match.kind) {
      case 'exact':
        removeFrom(this.#exact, match.argsHash, id);
        break;
      case 'command':
        if (rule.effect === 'deny') this.#denyingCommands--;
        removeFrom(this.#commands, baseName(match.tokens[0] ?? ''), id);
        break;
      case 'path':
        removeId(this.#paths, id);
        break;
      case 'url':
        removeId(this.#urls, id);
        break;
      case 'mcp':
        removeId(this.#mcps, id);
        break;
    }
    return rule;
  }

  get(id: string): Rule | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<Rule> {
    return this.#byId.values();
  }

  exact(argsHash: string): Iterable<Rule> {
    return this.#exact.get(argsHash) ?? [];
  }

  /** Command patterns whose program has this name; see {@link baseName}. */
  commands(program: string): Iterable<PatternRule<'command'>> {
    return this.#commands.get(program) ?? [];
  }

  get hasCommands(): boolean {
    return this.#commands.size > 0;
  }

  get deniesCommands(): boolean {
    return this.#denyingCommands > 0;
  }

  get paths(): ReadonlySet<PatternRule<'path'>> {
    return this.#paths;
  }

  get urls(): ReadonlySet<PatternRule<'url'>> {
    return this.#urls;
  }

  get mcps(): ReadonlySet<PatternRule<'mcp'>> {
    return this.#mcps;
  }
}

function addTo<T extends Rule>(map: Map<string, Set<T>>, key: string, rule: T): void {
  const rules = map.get(key);
  if (rules) rules.add(rule);
  else map.set(key, new Set([rule]));
}

function removeFrom<T extends Rule>(map: Map<string, Set<T>>, key: string, id: string): void {
  const rules = map.get(key);
  if (!rules) return;
  removeId(rules, id);
  if (rules.size === 0) map.delete(key);
}

function removeId<T extends Rule>(rules: Set<T>, id: string): void {
  for (const rule of rules) if (rule.id === id) rules.delete(rule);
}
