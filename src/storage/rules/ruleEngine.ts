import { RuleEngine } from '../../permission/match/engine.ts';
import { diskFiles } from './diskFiles.ts';

/** The rule engine on this machine's disk. */
export function createRuleEngine(): RuleEngine {
  return new RuleEngine({
    files: diskFiles,
    loadGrammar: () => Promise.reject(new Error('There is no grammar yet')),
  });
}
