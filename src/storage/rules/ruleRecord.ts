import * as v from 'valibot';
import type { Json } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { RULE_SCOPES, SURFACES } from '../../permission/decision.ts';
import { validateMatch } from '../../permission/match/validate.ts';
import type { Rule, RuleMatch } from '../../permission/rule.ts';

const text = v.pipe(v.string(), v.minLength(1));
const time = v.pipe(v.number(), v.finite());
const json: v.GenericSchema<Json> = v.lazy(() =>
  v.union([
    v.string(),
    v.number(),
    v.boolean(),
    v.null(),
    v.array(json),
    v.record(v.string(), json),
  ]),
);
const files = v.exactOptional(v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))));

const match = v.variant('kind', [
  v.strictObject({
    kind: v.literal('exact'),
    tool: v.picklist(['execute', 'edit', 'delete', 'move', 'read', 'fetch', 'mcp', 'other']),
    argsHash: v.string(),
    label: v.string(),
    files,
    serverHash: v.exactOptional(v.string()),
  }),
  v.strictObject({ kind: v.literal('command'), tokens: v.array(v.string()), files }),
  v.strictObject({
    kind: v.literal('path'),
    tool: v.picklist(['edit', 'write', 'delete', 'read']),
    glob: v.string(),
  }),
  v.strictObject({
    kind: v.literal('url'),
    origin: v.string(),
    pathPrefix: v.exactOptional(v.string()),
  }),
  v.strictObject({
    kind: v.literal('mcp'),
    server: v.string(),
    toolName: v.string(),
    serverHash: v.exactOptional(v.string()),
    where: v.record(v.string(), json),
  }),
]);

const person = v.strictObject({
  kind: v.literal('person'),
  surface: v.picklist(SURFACES),
  device: v.exactOptional(v.string()),
});

/** Strict: a condition that this version does not know must not be dropped, and the rule become wider. */
const record = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{1,64}$/)),
  effect: v.picklist(['allow', 'deny']),
  scope: v.picklist(RULE_SCOPES),
  match,
  agents: v.exactOptional(v.array(text)),
  sessionKey: v.exactOptional(text),
  workspaceFolder: v.exactOptional(text),
  createdAt: time,
  createdBy: person,
  fromRequest: v.exactOptional(text),
  expiresAt: v.exactOptional(time),
});

/** Reads a rule as it is kept. The error says what is wrong with it, a sentence. */
export function parseRule(value: unknown): Result<Rule, string> {
  const parsed = v.safeParse(record, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue);
    return err(`${where ? `${where}: ` : ''}${issue.message}.`);
  }
  const rule: Rule = parsed.output;
  const reached = reachProblem(rule);
  if (reached !== undefined) return err(reached);
  const valid = validateMatch(rule.match satisfies RuleMatch);
  return valid.ok ? ok(rule) : err(`${valid.error.at}: ${valid.error.reason}`);
}

function reachProblem({ scope, workspaceFolder }: Rule): string | undefined {
  switch (scope) {
    case 'session':
      return 'A session rule is kept nowhere.';
    case 'workspace':
      return workspaceFolder === undefined
        ? 'A workspace rule has to name its workspaceFolder.'
        : undefined;
    case 'global':
      return undefined;
  }
}
