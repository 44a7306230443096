import { argsHash, type ExecuteAction } from '../../src/permission/action.ts';
import type { FilesPort, GrammarBytes, MatchContext } from '../../src/permission/match/context.ts';
import { RuleEngine } from '../../src/permission/match/engine.ts';
import { RuleSet } from '../../src/permission/match/ruleSet.ts';
import type { Rule, RuleMatch } from '../../src/permission/rule.ts';

const CONTEXT: MatchContext = {
  workspaceFolder: '/ws/app',
  agentId: 'claude',
  sessionKey: 'session-1',
  now: 0,
  shell: 'bash',
};
const FILES: FilesPort = { realPath: async (path) => path, hash: async () => undefined };

/** Look-ups among many exact rules against few (a ratio), and a command line among 1,000 patterns (milliseconds). */
export async function benchRules(loadGrammar: () => Promise<GrammarBytes>) {
  const engine = new RuleEngine({ files: FILES, loadGrammar });
  const few = exactRules(10);
  const many = exactRules(100_000);
  const samples = { few: [] as number[], many: [] as number[] };
  // In turns, so that both meet the same machine; the first ones only warm up.
  for (let round = 0; round < 30; round++) {
    samples.few.push(lookUps(engine, few));
    samples.many.push(lookUps(engine, many));
  }
  return {
    exactLookUpRatio: round(median(samples.many.slice(5)) / median(samples.few.slice(5))),
    ...(await patterns(engine)),
  };
}

function exactRules(count: number): RuleSet {
  return new RuleSet(
    Array.from({ length: count }, (_, index) => {
      const action = command(`pnpm test --filter pkg-${index}`);
      return rule(index, { kind: 'exact', tool: 'execute', argsHash: argsHash(action), label: '' });
    }),
  );
}

function lookUps(engine: RuleEngine, rules: RuleSet): number {
  const calls = Array.from({ length: 10 }, (_, index) => {
    const action = command(`pnpm test --filter pkg-${index}`);
    return { action, argsHash: argsHash(action) };
  });
  const start = performance.now();
  for (let turn = 0; turn < 1000; turn++)
    for (const call of calls)
      if (engine.quick(call, CONTEXT, rules)?.verdict !== 'allow') throw new Error('Not found');
  return performance.now() - start;
}

async function patterns(engine: RuleEngine) {
  const rules = new RuleSet(
    Array.from({ length: 1000 }, (_, index) =>
      rule(index, { kind: 'command', tokens: [`tool${index % 100}`, `verb${index}`] }),
    ),
  );
  const lines = Array.from({ length: 1000 }, (_, turn) => lineFor((turn * 7) % 1000));
  const passes: Took[][] = [];
  for (let pass = 0; pass < WARM_UP + 5; pass++) {
    const took: Took[] = [];
    for (const line of lines) took.push(await judged(engine, rules, line));
    passes.push(took);
  }
  const [first = []] = passes;
  const warm = passes.slice(WARM_UP);
  const best = lines.map((_, at) => Math.min(...warm.map((took) => took[at]?.wall ?? 0)));
  const every = warm.flat();
  return {
    // The best of five for each command: what is left is the work itself, and not another process that has its turn.
    patternsMedianMilliseconds: round(median(best)),
    patternsP99Milliseconds: round(percentile99(best)),
    // Of every single call, with whatever else the machine did.
    patternsP99SingleMilliseconds: round(percentile99(every.map(({ wall }) => wall))),
    // The same on all threads of this process: garbage collection, and compiling that goes on beside it.
    patternsP99CpuMilliseconds: round(percentile99(every.map(({ cpu }) => cpu))),
    // The first thousand of a window: the grammar is loaded, and the code is not compiled yet.
    patternsP99ColdMilliseconds: round(percentile99(first.map(({ wall }) => wall))),
  };
}

/** After so many thousand calls nearly all is compiled; a compiler at work counts as this process' time. */
const WARM_UP = 4;

/** Milliseconds. */
interface Took {
  readonly wall: number;
  readonly cpu: number;
}

function lineFor(first: number): string {
  const tool = `tool${first % 100} verb${first}`;
  return `${tool} --verbose "a.b" 2>&1 | ${tool}`;
}

async function judged(engine: RuleEngine, rules: RuleSet, line: string): Promise<Took> {
  const action = command(line);
  const call = { action, argsHash: argsHash(action) };
  const before = process.cpuUsage();
  const start = performance.now();
  const { verdict } = await engine.judge(call, CONTEXT, rules);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  if (verdict !== 'allow') throw new Error('Not allowed');
  return { wall, cpu: (user + system) / 1000 };
}

function command(text: string): ExecuteAction {
  return { tool: 'execute', command: text, cwd: '.' };
}

function rule(index: number, match: RuleMatch): Rule {
  return {
    id: `rule-${index}`,
    effect: 'allow',
    scope: 'global',
    match,
    createdAt: 0,
    createdBy: { kind: 'person', surface: 'cli' },
  };
}

function percentile99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
