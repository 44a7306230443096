import { RuleEngine } from '../../permission/match/engine.ts';
import { diskFiles } from '../diskFiles.ts';
import { readShellGrammar } from '../shellGrammar.ts';

/** The rule engine on this machine's disk; `programFolder` is that of the built program. */
export function createRuleEngine(programFolder: string): RuleEngine {
  return new RuleEngine({
    files: diskFiles,
    loadGrammar: () => readShellGrammar(programFolder),
  });
}
