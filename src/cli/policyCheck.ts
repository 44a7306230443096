import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Json } from '../base/json.ts';
import { argsHash } from '../permission/action.ts';
import type { FilesPort, MatchContext } from '../permission/match/context.ts';
import { RuleEngine } from '../permission/match/engine.ts';
import { RuleSet } from '../permission/match/ruleSet.ts';
import type { Rule, Verdict } from '../permission/rule.ts';
import { safeText } from '../permission/spans.ts';
import { diskFiles } from '../storage/diskFiles.ts';
import { readShellGrammar } from '../storage/shellGrammar.ts';
import type { Output } from './audit.ts';
import { LineReader, type ReadLine } from './lineReader.ts';
import { type PolicyLine, parsePolicyLine } from './policyActions.ts';
import { type PolicyRules, parsePolicyFile, parsePolicyRules } from './policyRules.ts';
import { EXIT } from './runEnd.ts';

export interface PolicyCheckOptions {
  /** The file with the rules; absolute. Without one only lines that bring rules of their own can be allowed. */
  readonly rules: string | undefined;
  readonly stdin: Readable;
  readonly output: Output;
  /** The workspace of lines that name none; absolute. */
  readonly folder: string;
  /** Where the grammar lies; see {@link readShellGrammar}. */
  readonly programFolder: string;
}

const MAX_LINE = 16 * 1024 * 1024;

/** `policy check`: one action on each line in, one verdict on each line out, in their order. Resolves with the exit code. */
export async function policyCheck(options: PolicyCheckOptions): Promise<number> {
  const { output } = options;
  const rules = await fileRules(options);
  if (!rules) return EXIT.usage;
  for (const problem of rules.problems)
    output.problem(`${problem} The rule was left out; it allows nothing.\n`);
  const check = new PolicyCheck(options, rules);
  let read: ReadLine[] = [];
  const reader = new LineReader(MAX_LINE, (line) => read.push(line));
  const answer = async () => {
    const lines = read;
    read = [];
    let text = '';
    for (const line of lines) text += `${JSON.stringify(await check.answer(line))}\n`;
    if (text !== '') await output.out(text);
  };
  for await (const chunk of options.stdin) {
    reader.push(Buffer.from(chunk));
    await answer();
  }
  reader.end();
  await answer();
  return check.hasBadLines ? EXIT.failed : EXIT.ok;
}

async function fileRules({ rules, output }: PolicyCheckOptions): Promise<PolicyRules | undefined> {
  if (rules === undefined) return { rules: [], problems: [] };
  const text = await readFile(rules, 'utf8').catch(() => undefined);
  const parsed = text === undefined ? undefined : parsePolicyFile(text);
  if (parsed?.ok) return parsed.value;
  const reason = parsed ? parsed.error : 'It cannot be read.';
  output.problem(`The rules in ${safeText(rules)} were not read: ${reason} Nothing was checked.\n`);
  return undefined;
}

/** What is printed for a line. */
interface Answer {
  readonly id: Json;
  readonly verdict: Verdict['verdict'];
  readonly rule?: string;
  readonly why: string;
  readonly parts: readonly { text: string; verdict: Verdict['verdict']; rule?: string }[];
}

class PolicyCheck {
  readonly #engine: RuleEngine;
  readonly #options: PolicyCheckOptions;
  readonly #rules: PolicyRules;
  /** Rule sets by where they came from and the workspace that their scripts are bound in. */
  readonly #sets = new Map<string, RuleSet>();
  hasBadLines = false;

  constructor(options: PolicyCheckOptions, rules: PolicyRules) {
    this.#options = options;
    this.#rules = rules;
    this.#engine = new RuleEngine({
      files: FILES,
      loadGrammar: () => readShellGrammar(options.programFolder),
    });
  }

  async answer(line: ReadLine): Promise<Answer> {
    if ('tooLong' in line) return this.#bad(null, 'The line is too long.');
    const parsed = parsePolicyLine(line.text, this.#options.folder);
    if (!parsed.ok) return this.#bad(parsed.error.id, safeText(parsed.error.problem));
    const { id, action, mcpServerHash } = parsed.value;
    try {
      const call = {
        action,
        argsHash: argsHash(action),
        ...(mcpServerHash !== undefined && { mcpServerHash }),
      };
      const context = contextOf(parsed.value);
      const verdict = await this.#engine.judge(
        call,
        context,
        await this.#setFor(parsed.value, context),
      );
      return answerOf(id, verdict);
    } catch (error) {
      return this.#bad(id, error instanceof Error ? safeText(error.message) : 'It failed.');
    }
  }

  #bad(id: Json, why: string): Answer {
    this.hasBadLines = true;
    return { id, verdict: 'ask', why: `The line was not understood: ${why}`, parts: [] };
  }

  async #setFor(line: PolicyLine, context: MatchContext): Promise<RuleSet> {
    const key = `${line.workspaceFolder}\n${line.rules ? JSON.stringify(line.rules) : ''}`;
    const known = this.#sets.get(key);
    if (known) return known;
    const { rules, problems } = line.rules ? parsePolicyRules(line.rules) : this.#rules;
    if (line.rules)
      for (const problem of problems)
        this.#options.output.problem(
          `Line ${JSON.stringify(line.id)}, ${problem} The rule was left out; it allows nothing.\n`,
        );
    const set = new RuleSet(await Promise.all(rules.map((rule) => this.#bound(rule, context))));
    if (this.#sets.size >= 1000) this.#sets.clear();
    this.#sets.set(key, set);
    return set;
  }

  /** A rule for a script holds for what it holds now, as if the rule were made now. */
  async #bound(rule: Rule, context: MatchContext): Promise<Rule> {
    const { match } = rule;
    if (match.kind !== 'exact' && match.kind !== 'command') return rule;
    const command = match.kind === 'exact' ? match.label : match.tokens.join(' ');
    const action = { tool: 'execute', command, cwd: '.' } as const;
    const bound = await this.#engine.bound(match, { action, argsHash: '' }, context);
    return bound.ok ? { ...rule, match: bound.value } : rule;
  }
}

/** Read once: a check is of one moment. */
const FILES: FilesPort = {
  realPath: remembered((path) => diskFiles.realPath(path)),
  hash: remembered((path) => diskFiles.hash(path)),
};

function remembered(find: (path: string) => Promise<string | undefined>) {
  const known = new Map<string, Promise<string | undefined>>();
  return (path: string) => {
    const found = known.get(path) ?? find(path);
    if (known.size >= 10_000) known.clear();
    known.set(path, found);
    return found;
  };
}

function contextOf({ workspaceFolder, shell, agentId }: PolicyLine): MatchContext {
  return { workspaceFolder, shell, agentId, sessionKey: '', now: 0 };
}

function answerOf(id: Json, { verdict, rule, why, parts }: Verdict): Answer {
  return {
    id,
    verdict,
    ...(rule && { rule: rule.id }),
    why,
    parts: parts.map((part) => ({
      text: part.text,
      verdict: part.verdict,
      ...(part.rule && { rule: part.rule.id }),
    })),
  };
}
