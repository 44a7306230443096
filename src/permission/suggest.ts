import type { Action, McpAction } from './action.ts';
import { isBindable } from './bindable.ts';
import type { JudgedCall, MatchContext } from './match/context.ts';
import { inside, resolvePath } from './match/paths.ts';
import { judgeUrl } from './match/urlMatch.ts';
import type { RuleSuggestion } from './rule.ts';
import { baseName } from './shell/baseName.ts';
import { coverOf } from './shell/cover.ts';
import type { ShellGrammar } from './shell/grammar.ts';
import { reachOf } from './shell/programs.ts';
import { matchLabel, reachesFurther } from './verdict.ts';

type Match = RuleSuggestion['match'];

/** At most two patterns for a call, the narrower first. None where a careful person would have to think. */
export async function suggestionsFor(
  { action, mcpServerHash }: Pick<JudgedCall, 'action' | 'mcpServerHash'>,
  context: MatchContext,
  grammar: ShellGrammar,
): Promise<readonly RuleSuggestion[]> {
  if (!isBindable(action) || reachesFurther(action)) return [];
  const matches =
    action.tool === 'mcp'
      ? mcpMatches(action, mcpServerHash)
      : await matchesFor(action, context, grammar);
  return matches.slice(0, 2).map((match) => ({ id: idOf(match), match, label: matchLabel(match) }));
}

function idOf(match: Match): string {
  switch (match.kind) {
    case 'command':
      return `command:${match.tokens.join(' ')}`;
    case 'path':
      return `path:${match.tool} ${match.glob}`;
    case 'url':
      return `url:${match.origin}${match.pathPrefix ?? ''}`;
    case 'mcp':
      return `mcp:${match.server} ${match.toolName} ${Object.keys(match.where).join(' ')}`;
  }
}

async function matchesFor(
  action: Exclude<Action, McpAction>,
  context: MatchContext,
  grammar: ShellGrammar,
): Promise<readonly Match[]> {
  switch (action.tool) {
    case 'execute':
      return context.shell === 'bash' ? commandMatches(action.command, grammar) : [];
    case 'edit':
      return pathMatches(action.path, action.change.kind === 'write' ? 'write' : 'edit', context);
    case 'read':
      return pathMatches(action.path, 'read', context);
    case 'fetch':
      return urlMatches(action);
    case 'delete':
    case 'move':
    case 'other':
      return [];
  }
}

/** How many words make a pattern that says what is done; programs that are not here get the exact rule only. */
const WORDS: Readonly<Record<string, number>> = Object.fromEntries([
  ...each('npm pnpm yarn bun cargo go git make just dotnet poetry mvn gradle', 2),
  ...each('pytest tsc eslint prettier vitest jest mocha biome ruff mypy black', 1),
  ...each('ls cat head tail wc grep rg pwd diff file stat du tree jq which', 1),
]);

function each(programs: string, words: number): (readonly [string, number])[] {
  return programs.split(' ').map((program) => [program, words] as const);
}

/** Second words that do more than look, build and check. */
const NOT_OFFERED =
  /^(?:push|exec|x|dlx|install|i|add|ci|publish|run-script|clean|reset|rm|mv|checkout|switch|restore|rebase|merge|pull|fetch|clone|config|remote|stash|commit|submodule|bisect|generate|get|init|create|update|upgrade|remove|uninstall|login|deploy|release|-.*)$/;

async function commandMatches(text: string, grammar: ShellGrammar): Promise<readonly Match[]> {
  const commands = await grammar.commands(text);
  if (!commands.ok || commands.value.length !== 1) return [];
  const words = commands.value[0]?.words ?? [];
  const argv = words.map((word) => word.text);
  const program = argv[0] ?? '';
  if (program !== baseName(program) || reachOf(program) !== 'open') return [];
  const count = WORDS[program];
  if (count === undefined || argv.length < count) return [];
  const base = count === 2 && argv[1] === 'run' ? 3 : count;
  const isWord = (word: string | undefined) => word !== undefined && /^[\w@%+=:,./-]+$/.test(word);
  if (!argv.slice(0, base).every(isWord) || (base > 1 && NOT_OFFERED.test(argv[1] ?? '')))
    return [];
  const next = argv[base];
  const lengths = isWord(next) && argv.length > base + 1 ? [base + 1, base] : [base];
  return lengths
    .map((length) => argv.slice(0, length))
    .filter((tokens) => coverOf(words, tokens).kind === 'covered')
    .map((tokens) => ({ kind: 'command', tokens }));
}

function pathMatches(
  path: string,
  tool: 'edit' | 'write' | 'read',
  { workspaceFolder }: MatchContext,
): readonly Match[] {
  const folder = resolvePath(workspaceFolder, workspaceFolder);
  const file = folder && resolvePath(path, folder);
  const relative = folder && file && inside(file, folder);
  // A name with characters of the pattern language would match something else.
  if (!relative || !/^[\w@ +,=./-]+$/.test(relative) || /(?:^|\/)\./.test(relative)) return [];
  const folderEnd = relative.lastIndexOf('/');
  const only: Match = { kind: 'path', tool, glob: relative };
  if (folderEnd < 0) return [only];
  return [only, { kind: 'path', tool, glob: `${relative.slice(0, folderEnd)}/**` }];
}

function urlMatches(action: Extract<Action, { tool: 'fetch' }>): readonly Match[] {
  if (!URL.canParse(action.url)) return [];
  const { origin, pathname } = new URL(action.url);
  const folder = pathname.slice(0, pathname.lastIndexOf('/'));
  const match = { kind: 'url', origin } as const;
  const rule = { id: '', effect: 'allow', scope: 'session', createdAt: 0 } as const;
  const createdBy = { kind: 'shutdown' } as const;
  // The same doubts as when the rule answers: what it would not answer is not offered.
  return [...(folder === '' ? [] : [{ ...match, pathPrefix: folder }]), match].filter(
    (each) => judgeUrl(action, [{ ...rule, createdBy, match: each }]).verdict === 'allow',
  );
}

function mcpMatches(action: McpAction, serverHash: string | undefined): readonly Match[] {
  const { server, toolName } = action;
  const plain = Object.entries(action.arguments).filter(([, value]) => typeof value === 'string');
  if (serverHash === undefined || Object.keys(action.arguments).length < 2) return [];
  return plain.map(([name, value]) => ({
    kind: 'mcp',
    server,
    toolName,
    serverHash,
    where: { [name]: value },
  }));
}
