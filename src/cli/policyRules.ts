import * as v from 'valibot';
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { argsHash, hashOf } from '../permission/action.ts';
import { validateMatch } from '../permission/match/validate.ts';
import type { Rule, RuleMatch } from '../permission/rule.ts';
import { safeText } from '../permission/spans.ts';

/** The rules of a policy file, and what is wrong with those that were refused. */
export interface PolicyRules {
  readonly rules: readonly Rule[];
  /** Sentences with the place in them, such as `rules[2].match.mcp.where: …`. */
  readonly problems: readonly string[];
}

/** Reads `{"rules":[…]}`; the error is a sentence. */
export function parsePolicyFile(text: string): Result<PolicyRules, string> {
  const parsed = v.safeParse(v.object({ rules: v.array(v.unknown()) }), parseJson(text));
  if (!parsed.success) return err('It is not JSON of the form {"rules":[…]}.');
  return ok(parsePolicyRules(parsed.output.rules));
}

/** A rule that is refused allows nothing; the others work. */
export function parsePolicyRules(list: readonly unknown[]): PolicyRules {
  const rules: Rule[] = [];
  const problems: string[] = [];
  for (const [index, each] of list.entries()) {
    const place = `rules[${index}]`;
    const rule = ruleOf(each, place);
    if (rule.ok) rules.push(rule.value);
    else problems.push(safeText(rule.error));
  }
  return { rules, problems };
}

/** Policy files name servers by name only, so that stands for their identity; see {@link RuleMatch}. */
export function serverHashOf(server: string): string {
  return hashOf(`server by name: ${server}`);
}

/** It comes from `JSON.parse`, so what is in it is JSON. */
const JsonRecord = v.custom<JsonObject>(isJsonObject, 'It is not an object');

const Match = v.union([
  v.strictObject({ exact: v.string() }),
  v.strictObject({ command: v.array(v.string()) }),
  v.strictObject({
    path: v.strictObject({
      tool: v.picklist(['edit', 'write', 'delete', 'read']),
      glob: v.string(),
    }),
  }),
  v.strictObject({
    url: v.union([
      v.string(),
      v.strictObject({ origin: v.string(), pathPrefix: v.optional(v.string()) }),
    ]),
  }),
  v.strictObject({
    mcp: v.strictObject({
      server: v.string(),
      tool: v.string(),
      serverHash: v.optional(v.string()),
      where: v.optional(JsonRecord, {}),
    }),
  }),
]);

const PolicyRule = v.strictObject({
  id: v.optional(v.string()),
  effect: v.optional(v.picklist(['allow', 'deny']), 'allow'),
  agents: v.optional(v.array(v.string())),
  match: Match,
});

function ruleOf(value: unknown, place: string): Result<Rule, string> {
  const parsed = v.safeParse(PolicyRule, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const at = v.getDotPath(issue);
    return err(`${at ? `${place}.${at}` : place}: ${shapeProblem(issue)}`);
  }
  const { id, effect, agents, match } = parsed.output;
  const checked = checkedMatch(match);
  if (!checked.ok) return err(`${place}.match.${checked.error}`);
  return ok({
    id: id ?? place,
    effect,
    scope: 'global',
    match: checked.value,
    ...(agents && { agents }),
    createdAt: 0,
    createdBy: { kind: 'person', surface: 'cli' },
  });
}

function shapeProblem({ type, message }: v.BaseIssue<unknown>): string {
  return type === 'union'
    ? 'It is none of exact, command, path, url and mcp with the fields of that kind. A tool alone is refused.'
    : `${message}.`;
}

function checkedMatch(match: v.InferOutput<typeof Match>): Result<RuleMatch, string> {
  const read = matchOf(match);
  if (!read.ok) return read;
  const valid = validateMatch(read.value);
  return valid.ok ? valid : err(`${valid.error.at}: ${valid.error.reason}`);
}

function matchOf(match: v.InferOutput<typeof Match>): Result<RuleMatch, string> {
  if ('exact' in match) return exactMatch(match.exact);
  if ('command' in match) return ok({ kind: 'command', tokens: match.command });
  if ('path' in match) return ok({ kind: 'path', ...match.path });
  if ('url' in match) return urlMatch(match.url);
  const { server, tool, serverHash, where } = match.mcp;
  return ok({
    kind: 'mcp',
    server,
    toolName: tool,
    serverHash: serverHash ?? serverHashOf(server),
    where,
  });
}

function exactMatch(command: string): Result<RuleMatch, string> {
  if (command.trim() === '') return err('exact: The command is empty.');
  return ok({
    kind: 'exact',
    tool: 'execute',
    argsHash: argsHash({ tool: 'execute', command, cwd: '.' }),
    label: safeText(command),
  });
}

function urlMatch(
  url: string | { readonly origin: string; readonly pathPrefix?: string | undefined },
): Result<RuleMatch, string> {
  if (typeof url !== 'string') {
    const { origin, pathPrefix } = url;
    return ok({ kind: 'url', origin, ...(pathPrefix !== undefined && { pathPrefix }) });
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || parsed.origin === 'null' || !/^https?:\/\/[^\s\\]+$/i.test(url))
    return err('url: It has no scheme and host, such as "https://example.org".');
  if (
    parsed.username !== '' ||
    parsed.password !== '' ||
    parsed.search !== '' ||
    parsed.hash !== ''
  )
    return err('url: It holds more than a scheme, a host, a port and a path.');
  const { origin, pathname } = parsed;
  return ok({ kind: 'url', origin, ...(pathname !== '/' && { pathPrefix: pathname }) });
}
