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

  async load() {
    return { rules: [...this.kept.values()], problems: [] };
  }

  async put(rule: Rule) {
    if (this.failure) throw this.failure;
    this.kept.set(rule.id, rule);
  }

  async delete(ruleId: string) {
    if (this.failure) throw this.failure;
    this.kept.delete(ruleId);
  }

  async confirms(rule: Rule) {
    return this.kept.has(rule.id);
  }
}
