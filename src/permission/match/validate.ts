import { err, ok, type Result } from '../../base/result.ts';
import type { RuleMatch } from '../rule.ts';

/** Why a rule is refused, and where in it. */
export interface MatchProblem {
  /** The place, such as `command[1]` or `path.glob`. */
  readonly at: string;
  /** A sentence. */
  readonly reason: string;
}

type Checked = Result<RuleMatch, MatchProblem>;

/** Whether a rule may have this match. Every entrance asks: what a rule allows must be narrower than a tool. */
export function validateMatch(match: RuleMatch): Checked {
  const problem = problemOf(match);
  return problem ? err(problem) : ok(match);
}

function problemOf(match: RuleMatch): MatchProblem | undefined {
  switch (match.kind) {
    case 'exact':
      return /^[0-9a-f]{64}$/.test(match.argsHash)
        ? undefined
        : refused('exact.argsHash', 'It is not the hash of a call.');
    case 'command':
      return commandProblem(match.tokens);
    case 'path':
      return globProblem(match.glob);
    case 'url':
      return urlProblem(match.origin, match.pathPrefix);
    case 'mcp':
      if (match.server === '' || match.toolName === '')
        return refused('mcp', 'It names no server or no tool.');
      return Object.keys(match.where).length > 0
        ? undefined
        : refused('mcp.where', `It would allow every call of ${match.toolName}. ${NARROWER}`);
  }
}

const CONTROL = /\p{Cc}/u;
const NARROWER = 'Name at least one argument and its value.';

function commandProblem(tokens: readonly string[]): MatchProblem | undefined {
  if (tokens.length === 0)
    return refused('command', 'It would allow every command. Name at least a program.');
  for (const [index, token] of tokens.entries()) {
    const at = `command[${index}]`;
    if (index === 0 && token.trim() === '') return refused(at, 'The program is empty.');
    if (CONTROL.test(token)) return refused(at, 'A word holds a control character.');
    if (index === 0 && /[\s*?[\]{}$`"'\\;&|<>()=~!#]/.test(token))
      return refused(at, 'A program is one plain word, without white space, wildcards or quotes.');
  }
  return undefined;
}

function globProblem(glob: string): MatchProblem | undefined {
  const at = 'path.glob';
  if (glob.trim() === '') return refused(at, 'The pattern is empty.');
  if (CONTROL.test(glob)) return refused(at, 'The pattern holds a control character.');
  if (/^(?:[/\\~]|[A-Za-z]:)/.test(glob))
    return refused(at, 'The pattern is relative to the workspace folder.');
  if (glob.startsWith('!')) return refused(at, 'A pattern cannot say what it is not.');
  if (glob.split(/[/\\]/).includes('..'))
    return refused(at, 'The pattern leaves the workspace folder ("..").');
  if (unbalanced(glob)) return refused(at, 'A bracket or brace is not closed.');
  if (alternatives(glob).some(namesNothing))
    return refused(at, 'It would match every file. Name a folder, a file or an extension.');
  return undefined;
}

/** Only wildcards, separators and what a name is not: nothing of it names a file or a folder. */
function namesNothing(glob: string): boolean {
  const named = glob.replace(/\[[^\]]*\]/g, '').replace(/!\([^()]*\)/g, '');
  return !/[^*?/.!@+(){}|,\\-]/.test(named);
}

const MAX_ALTERNATIVES = 100;

/** What `{a,b}` and `(a|b)` stand for, innermost first; a pattern with too many of them counts as one that names nothing. */
function alternatives(glob: string): readonly string[] {
  let found = [glob];
  for (;;) {
    const next = found.flatMap((each) => {
      const group = /(?<!!)(?:\{([^{}]*,[^{}]*)\}|\(([^()]*\|[^()]*)\))/.exec(each);
      if (!group) return [each];
      const inner = group[1]?.split(',') ?? group[2]?.split('|') ?? [];
      const after = each.slice(group.index + group[0].length);
      return inner.map((part) => each.slice(0, group.index) + part + after);
    });
    if (next.length > MAX_ALTERNATIVES) return [''];
    if (next.length === found.length && next.every((each, index) => each === found[index]))
      return found;
    found = next;
  }
}

function unbalanced(glob: string): boolean {
  const count = (char: string) => glob.split(char).length;
  return count('[') !== count(']') || count('{') !== count('}') || count('(') !== count(')');
}

function urlProblem(origin: string, pathPrefix: string | undefined): MatchProblem | undefined {
  const at = 'url.origin';
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url) return refused(at, 'It is not an address with a scheme and a host.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused(at, 'Only http and https addresses can be allowed.');
  if (/[*{}]/.test(origin)) return refused(at, 'A host has no wildcards.');
  if (url.origin !== origin)
    return refused(at, `Write it as "${url.origin}": scheme, host and port, nothing else.`);
  if (pathPrefix !== undefined && !/^\/[^?#*\\\s]*$/.test(pathPrefix))
    return refused('url.pathPrefix', 'A path starts with "/" and has no wildcards.');
  return undefined;
}

function refused(at: string, reason: string): MatchProblem {
  return { at, reason };
}
