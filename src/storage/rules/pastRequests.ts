import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import type { Action } from '../../permission/action.ts';
import type { MatchContext } from '../../permission/match/context.ts';
import type { RuleEngine } from '../../permission/match/engine.ts';
import { RuleSet } from '../../permission/match/ruleSet.ts';
import type { Rule, RuleMatch } from '../../permission/rule.ts';
import { journalFiles, readJournalEnd } from '../journalReader.ts';

const settled = v.object({
  type: v.literal('settled'),
  requestId: v.string(),
  agentId: v.string(),
  sessionKey: v.string(),
  tool: v.picklist(['execute', 'edit', 'delete', 'move', 'read', 'fetch', 'mcp', 'other']),
  argsHash: v.string(),
  target: v.string(),
});

/** A request has two lines of about half of this. */
const BYTES = 1500;

type PastRequest = v.InferOutput<typeof settled>;

/** How many requests on record a rule would have answered, of those that can be tested. */
export interface PastCount {
  readonly answered: number;
  readonly testable: number;
}

export interface PastOptions {
  /** The folder of the record. */
  readonly folder: string;
  /** At most so many are looked at, the latest. */
  readonly max: number;
  readonly engine: Pick<RuleEngine, 'judge'>;
  readonly context: Omit<MatchContext, 'reaches'>;
  /** Left out: it is the one that a rule is made for. */
  readonly except?: string;
}

/**
 * Requests on record, to try rules on. The record holds the hash of a call, and one redacted line of it: an exact rule is
 * tried on all, a pattern on those whose line is the whole call. Where a command ran is not on record; the workspace
 * folder is taken for it.
 */
export class PastRequests {
  readonly #options: PastOptions;
  readonly #requests: readonly PastRequest[];

  private constructor(options: PastOptions, requests: readonly PastRequest[]) {
    this.#options = options;
    this.#requests = requests;
  }

  static async read(options: PastOptions): Promise<PastRequests> {
    const { folder, max, except } = options;
    const requests: PastRequest[] = [];
    for (const file of (await journalFiles(folder)).reverse()) {
      const found = await newestIn(file, max - requests.length + 1);
      requests.push(...found.filter(({ requestId }) => requestId !== except));
      if (requests.length >= max) break;
    }
    return new PastRequests(options, requests.slice(0, max));
  }

  get count(): number {
    return this.#requests.length;
  }

  async answeredBy(match: RuleMatch, effect: Rule['effect'] = 'allow'): Promise<PastCount> {
    if (match.kind === 'exact') {
      const same = ({ argsHash, tool }: PastRequest) =>
        argsHash === match.argsHash && tool === match.tool;
      return { answered: this.#requests.filter(same).length, testable: this.count };
    }
    const { engine, context } = this.#options;
    const rules = new RuleSet([tried(match, effect)]);
    let answered = 0;
    let testable = 0;
    for (const request of this.#requests) {
      const action = actionOf(request, context.workspaceFolder);
      if (!action) continue;
      testable++;
      const call = { action, argsHash: request.argsHash };
      const { verdict } = await engine.judge(call, context, rules);
      if (verdict === effect) answered++;
    }
    return { answered, testable };
  }
}

/** Newest first, so many at least if the file has them. Its end is read only: it may be the record of a very long time. */
async function newestIn(file: string, wanted: number): Promise<readonly PastRequest[]> {
  const { size } = await stat(file);
  for (let bytes = wanted * BYTES; ; bytes *= 4) {
    const found = await lastIn(file, bytes);
    if (found.length >= wanted || bytes >= size) return found.reverse();
  }
}

async function lastIn(file: string, bytes: number): Promise<PastRequest[]> {
  const found: PastRequest[] = [];
  for await (const record of readJournalEnd(file, bytes)) {
    if (record.kind !== 'entry') continue;
    const parsed = v.safeParse(settled, parseJson(record.text));
    if (parsed.success) found.push(parsed.output);
  }
  return found;
}

function tried(match: RuleMatch, effect: Rule['effect']): Rule {
  const by = { kind: 'shutdown' } as const;
  return { id: 'tried', effect, scope: 'global', match, createdAt: 0, createdBy: by };
}

/** The call as far as its line tells it; `undefined` when it does not tell all that a pattern looks at. */
function actionOf({ tool, target }: PastRequest, folder: string): Action | undefined {
  if (target.endsWith('…') || /\[redacted: |\[U\+/.test(target)) return undefined;
  switch (tool) {
    case 'execute':
      return { tool, command: target, cwd: '.' };
    case 'edit': {
      const change = { kind: 'replace', oldText: '', newText: '', all: false } as const;
      return { tool, path: path.resolve(folder, target), change };
    }
    case 'delete':
    case 'read':
      return { tool, path: path.resolve(folder, target) };
    case 'fetch':
      return { tool, url: target };
    case 'move':
    case 'mcp':
    case 'other':
      return undefined;
  }
}
