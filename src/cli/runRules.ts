import { systemClock } from '../base/clock.ts';
import { systemTimers } from '../base/timers.ts';
import type { RuleStore } from '../permission/ruleStore.ts';
import { MemoryRuleUses } from '../permission/ruleUses.ts';
import { safeText } from '../permission/spans.ts';
import { StoredRules, type StoredRulesOptions } from '../permission/storedRules.ts';
import { createRuleEngine } from '../storage/rules/ruleEngine.ts';

interface RunRulesOptions extends Pick<StoredRulesOptions, 'newId' | 'journal'> {
  readonly platform: NodeJS.Platform;
  readonly programFolder: string;
  log(line: string): void;
}

/** The rules of one run: those of the file, and its own session's. */
export function createRunRules(file: RuleStore, options: RunRulesOptions): StoredRules {
  const { newId, journal, platform, programFolder, log } = options;
  return new StoredRules({
    clock: systemClock,
    timers: systemTimers,
    newId,
    engine: createRuleEngine(programFolder),
    stores: new Map([
      ['workspace', file],
      ['global', file],
    ]),
    uses: new MemoryRuleUses(),
    journal,
    shell: platform === 'win32' ? 'powershell' : 'bash',
    // Who starts an agent in a folder by hand trusts it.
    isTrusted: () => true,
    onError: (error) => log(safeText(String(error))),
  });
}
