import { fileURLToPath } from 'node:url';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/event.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { type IdSource, ulidSource } from '../../src/base/ulid.ts';
import type { Rule } from '../../src/permission/rule.ts';
import type { RuleStore } from '../../src/permission/ruleStore.ts';
import { MemoryRuleUses } from '../../src/permission/ruleUses.ts';
import { StoredRules, type StoredRulesOptions } from '../../src/permission/storedRules.ts';
import { createRuleEngine } from '../../src/storage/rules/ruleEngine.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** The real rules; without a store there are session rules only. */
export function rulesOnFakes(
  newId: IdSource = ulidSource(Date.now),
  options: Partial<StoredRulesOptions> & { readonly clock?: Clock } = {},
): StoredRules {
  return new StoredRules({
    clock: systemClock,
    timers: systemTimers,
    newId,
    engine: createRuleEngine(DIST),
    stores: new Map(),
    uses: new MemoryRuleUses(),
    journal: { append: async () => {} },
    shell: 'bash',
    isTrusted: () => true,
    ...options,
  });
}

/** A store that the test holds in its hand. */
export class FakeStore implements RuleStore {
  readonly kept = new Map<string, Rule>();
  readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;
  failure: Error | undefined;
  /** Somebody else changed what is kept, and that is not loaded yet. */
  isNews = false;
  /** What is loaded, and what is put, waits for it. */
  slowLoad: Promise<void> | undefined;
  slowPut: Promise<void> | undefined;

  async load() {
    const rules = [...this.kept.values()];
    await this.slowLoad;
    return { rules, problems: [] };
  }

  async put(rule: Rule) {
    await this.slowPut;
    if (this.failure) throw this.failure;
    this.kept.set(rule.id, rule);
  }

  async delete(ruleId: string) {
    if (this.failure) throw this.failure;
    this.kept.delete(ruleId);
  }

  async confirms(rules: readonly Rule[]) {
    return !this.isNews && rules.every(({ id }) => this.kept.has(id));
  }
}
