import type { ExecuteAction } from '../action.ts';
import { isBindable } from '../bindable.ts';
import type { Rule, Verdict, VerdictPart } from '../rule.ts';
import { baseName } from '../shell/baseName.ts';
import { isUnchanged, workingFolder } from '../shell/boundFiles.ts';
import { coverOf } from '../shell/cover.ts';
import { deniesCommand } from '../shell/denies.ts';
import type { ShellGrammar } from '../shell/grammar.ts';
import { looseCommands } from '../shell/looseWords.ts';
import { outsidePlace } from '../shell/places.ts';
import { type SimpleCommand, strictCommands } from '../shell/strictWords.ts';
import { safeText } from '../spans.ts';
import { allowedBy, asked, deniedBy, matchLabel, notBindable, reachesFurther } from '../verdict.ts';
import type { FilesPort, MatchContext } from './context.ts';
import { inside, realPlace, resolvePath } from './paths.ts';
import type { PatternRule, RuleSet } from './ruleSet.ts';

export interface CommandCall {
  readonly action: ExecuteAction;
  readonly context: MatchContext;
  readonly rules: RuleSet;
  readonly applies: (rule: Rule) => boolean;
  readonly files: FilesPort;
  readonly grammar: ShellGrammar;
}

/**
 * What command patterns say of a command line. A deny holds for any part of it that shows. An allow needs a line that is
 * understood to its last character, in a known folder of the workspace, with every part covered by some rule.
 */
export async function judgeCommand(call: CommandCall): Promise<Verdict> {
  const { action, context } = call;
  const strict = strictCommands(action.command);
  const denying = denyingRule(call, action.command);
  if (denying)
    return deniedBy(
      denying,
      action,
      strict.ok ? denyParts(call, strict.value.commands) : undefined,
    );
  if (!isBindable(action)) return notBindable(action);
  const doubt = reachesFurther(action) ?? shellDoubt(context);
  if (doubt) return asked(action, doubt);
  if (!strict.ok) return asked(action, notUnderstood(strict.error));
  if (!strict.value.commands.some((command) => candidates(call, command).length > 0))
    return asked(action, 'No rule covers it.');
  const commands = await call.grammar.commands(action.command, strict);
  if (!commands.ok) return asked(action, notUnderstood(commands.error));
  const folder = await startFolder(call);
  if (!folder)
    return asked(action, 'It runs outside the workspace folder, where only exact rules hold.');
  return new Line(call, folder).judge(commands.value);
}

function notUnderstood(what: string): string {
  return `It holds ${safeText(what)}, so only an exact rule can answer it.`;
}

function shellDoubt({ shell }: MatchContext): string | undefined {
  return shell === 'bash' ? undefined : 'In PowerShell and cmd only exact rules hold.';
}

/** Where the line starts, absolute; `undefined` when that, or where its links lead, is not inside the workspace folder. */
async function startFolder(call: CommandCall): Promise<string | undefined> {
  const folder = workingFolder(call.action, call.context);
  return folder !== undefined && (await isInWorkspace(folder, call)) ? folder : undefined;
}

async function isInWorkspace(folder: string, { context, files }: CommandCall): Promise<boolean> {
  const workspace = resolvePath(context.workspaceFolder, context.workspaceFolder);
  if (workspace === undefined || inside(folder, workspace) === undefined) return false;
  const [real, realWorkspace] = await Promise.all([
    realPlace(folder, files),
    realPlace(workspace, files),
  ]);
  return (
    real !== undefined && realWorkspace !== undefined && inside(real, realWorkspace) !== undefined
  );
}

function denyingRule({ rules, applies }: CommandCall, text: string): Rule | undefined {
  if (!rules.deniesCommands) return undefined;
  for (const argv of looseCommands(text)) {
    for (const rule of rules.commands(baseName(argv[0] ?? ''))) {
      if (rule.effect === 'deny' && applies(rule) && deniesCommand(argv, rule.match.tokens))
        return rule;
    }
  }
  return undefined;
}

function denyParts(call: CommandCall, commands: readonly SimpleCommand[]): readonly VerdictPart[] {
  return commands.map((command): VerdictPart => {
    const raw = partText(call.action.command, command);
    const rule = denyingRule(call, raw);
    return rule
      ? { text: safeText(raw), verdict: 'deny', rule }
      : { text: safeText(raw), verdict: 'ask' };
  });
}

function candidates(
  { rules, applies }: CommandCall,
  { words }: SimpleCommand,
): readonly PatternRule<'command'>[] {
  const program = words[0]?.text ?? '';
  return [...rules.commands(baseName(program))].filter(
    (rule) => rule.effect === 'allow' && rule.match.tokens[0] === program && applies(rule),
  );
}

function partText(line: string, { words }: SimpleCommand): string {
  return line.slice(words[0]?.start, words.at(-1)?.end);
}

/** What one part of a line came to. */
interface PartResult {
  readonly rule?: Rule;
  /** For a part that asks: the nearest rule and what it does not cover, a sentence. */
  readonly why?: string;
}

/** One command line on its way: which folder its next part runs in. */
class Line {
  readonly #call: CommandCall;
  #folder: string;
  /** A `cd` came before, which may or may not have happened. */
  #moved = false;

  constructor(call: CommandCall, folder: string) {
    this.#call = call;
    this.#folder = folder;
  }

  async judge(commands: readonly SimpleCommand[]): Promise<Verdict> {
    const { action } = this.#call;
    const parts: VerdictPart[] = [];
    let why: string | undefined;
    let first: Rule | undefined;
    for (const [index, command] of commands.entries()) {
      const raw = partText(action.command, command);
      const isCd = command.words[0]?.text === 'cd';
      const result = isCd
        ? await this.#cd(command, commands[index - 1])
        : await this.#part(command);
      const { rule } = result;
      parts.push({ text: safeText(raw), verdict: rule ? 'allow' : 'ask', ...(rule && { rule }) });
      if (!rule) why ??= result.why ?? `No rule covers "${safeText(raw)}".`;
      first ??= rule;
    }
    if (why !== undefined || !first) return { ...asked(action, why), parts };
    return allowedBy(first, action, parts);
  }

  async #part(command: SimpleCommand): Promise<PartResult> {
    let why: string | undefined;
    const argv = command.words.map(({ text }) => text);
    for (const rule of candidates(this.#call, command)) {
      const { tokens, files } = rule.match;
      const cover = coverOf(command.words, tokens);
      if (cover.kind === 'other') continue;
      if (cover.kind === 'doubt') {
        why ??= notCovered(rule, cover.why);
        continue;
      }
      const place = this.#outside(argv, tokens.length) ?? this.#deniedGlob(command);
      const doubt = place === undefined ? this.#foreignGit(argv) : `"${place}"`;
      if (doubt !== undefined) why ??= notCovered(rule, doubt);
      else if (cover.script === undefined || (await this.#isBound(cover.script, files)))
        return { rule };
      else why ??= notCovered(rule, `the script ${cover.script} as it is now`);
    }
    return why === undefined ? {} : { why };
  }

  #outside(argv: readonly string[], named: number): string | undefined {
    return outsidePlace(argv, named, this.#folder, this.#call.context.workspaceFolder);
  }

  /** A folder can hold a repository that was made to run something, when git is only asked for its state. */
  #foreignGit([program = '']: readonly string[]): string | undefined {
    return this.#moved && baseName(program) === 'git' ? 'git in another folder' : undefined;
  }

  /** A wildcard may become a word that a deny rule names. */
  #deniedGlob({ words }: SimpleCommand): string | undefined {
    const glob = words.find(({ globPrefix }) => globPrefix !== undefined);
    if (!glob) return undefined;
    const { rules, applies } = this.#call;
    const denies = [...rules.commands(baseName(words[0]?.text ?? ''))].some(
      (rule) => rule.effect === 'deny' && applies(rule),
    );
    return denies ? glob.text : undefined;
  }

  async #isBound(script: string, files: Readonly<Record<string, string>> | undefined) {
    if (this.#moved) return false;
    return isUnchanged(script, this.#folder, files, this.#call.files);
  }

  /** `cd` into a folder of the workspace, in the shell itself and not in a pipe. */
  async #cd(command: SimpleCommand, before: SimpleCommand | undefined): Promise<PartResult> {
    const [rule] = candidates(this.#call, command).filter(
      ({ match }) => coverOf(command.words, match.tokens).kind === 'covered',
    );
    const target = command.words[1];
    if (!rule) return {};
    const isPlain =
      command.words.length === 2 &&
      target !== undefined &&
      target.globPrefix === undefined &&
      /^[\w.@/][\w ./@+-]*$/.test(target.text);
    const isHere = command.next !== '|' && command.next !== '||' && (before?.next ?? ';') !== '|';
    const folder = isPlain && isHere ? resolvePath(target.text, this.#folder) : undefined;
    if (!folder || before?.next === '||' || !(await isInWorkspace(folder, this.#call)))
      return { why: notCovered(rule, 'a change of the folder that leads elsewhere') };
    this.#moved ||= folder !== this.#folder;
    this.#folder = folder;
    return { rule };
  }
}

function notCovered(rule: Rule, what: string): string {
  return `A rule (${matchLabel(rule.match)}) does not cover ${safeText(what)}.`;
}
