import path from 'node:path';
import { type Action, argsHash } from '../../../../src/permission/action.ts';
import type { FilesPort, MatchContext } from '../../../../src/permission/match/context.ts';
import { RuleEngine } from '../../../../src/permission/match/engine.ts';
import { RuleSet } from '../../../../src/permission/match/ruleSet.ts';
import type { Rule, RuleMatch, Verdict } from '../../../../src/permission/rule.ts';
import { readShellGrammar } from '../../../../src/storage/shellGrammar.ts';
import { ROOT } from '../../../support/testFolder.ts';

export const CONTEXT: MatchContext = {
  workspaceFolder: '/ws/app',
  agentId: 'claude',
  sessionKey: 'session-1',
  now: 1000,
  shell: 'bash',
};

/** A disk of a few links and files, over a workspace that is there. */
export class FakeDisk implements FilesPort {
  /** Real places by path. */
  readonly links = new Map<string, string>();
  /** Hashes by path. */
  readonly files = new Map<string, string>();

  async realPath(asked: string): Promise<string | undefined> {
    for (const [link, target] of this.links)
      if (asked === link || asked.startsWith(`${link}/`)) return target + asked.slice(link.length);
    const isThere = asked === '/' || '/ws/app/src'.startsWith(asked) || this.files.has(asked);
    return isThere ? asked : undefined;
  }

  async hash(asked: string): Promise<string | undefined> {
    return this.files.get(asked);
  }
}

export const loadGrammar = () => readShellGrammar(path.join(ROOT, 'dist'));

export function engineOn(files: FilesPort): RuleEngine {
  return new RuleEngine({ files, loadGrammar });
}

const ENGINE = engineOn(new FakeDisk());
let made = 0;

export function ruleFor(match: RuleMatch, rest: Partial<Rule> = {}): Rule {
  return {
    id: `rule-${++made}`,
    effect: 'allow',
    scope: 'global',
    match,
    createdAt: 0,
    createdBy: { kind: 'person', surface: 'cli' },
    ...rest,
  };
}

/** What the rules say of an action in a workspace at `/ws/app`. */
export function judge(
  action: Action,
  rules: readonly Rule[],
  context: MatchContext = CONTEXT,
  engine: RuleEngine = ENGINE,
): Promise<Verdict> {
  return engine.judge({ action, argsHash: argsHash(action) }, context, new RuleSet(rules));
}

/** The same for a call of an MCP server, which is known by its hash or not. */
export function judgeOn(
  mcpServerHash: string | undefined,
  action: Action,
  rules: readonly Rule[],
): Promise<Verdict> {
  const call = { action, argsHash: argsHash(action), ...(mcpServerHash && { mcpServerHash }) };
  return ENGINE.judge(call, CONTEXT, new RuleSet(rules));
}
