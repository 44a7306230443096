import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { ProposedAnswer } from '../permission/decision.ts';
import { RULE_SCOPES } from '../permission/decision.ts';

const optionalText = v.nullish(v.pipe(v.string(), v.maxLength(4000)));

const response = v.object({
  type: v.literal('permission_response'),
  id: v.string(),
  decision: v.picklist(['once', 'always', 'reject', 'never']),
  /** How far the rule of `always` or `never` reaches; `session` unless given. */
  scope: v.nullish(v.picklist(RULE_SCOPES)),
  /** What the rule covers: `exact` unless given, or the id of a suggestion for this request. */
  match: optionalText,
  /** Until when the rule holds, in milliseconds since the epoch; until it is revoked unless given. */
  expiresAt: v.nullish(v.pipe(v.number(), v.finite())),
  /** One of the agent's own options, out of `options` of the request. */
  optionId: optionalText,
  /** A sentence for the agent, with `reject`. */
  message: optionalText,
  /** For a question: the chosen text by question id. */
  answers: v.nullish(v.record(v.string(), v.pipe(v.string(), v.maxLength(4000)))),
  /** When given, the answer counts only for a request with this hash. */
  argsHash: v.nullish(v.string()),
});

/** A consumer's answer, one line on standard input. Unknown fields are ignored. */
export type PermissionResponse = v.InferOutput<typeof response>;

/** What a response proposes. */
export function choiceOf(
  response: PermissionResponse,
): Omit<ProposedAnswer, 'requestId' | 'argsHash' | 'by'> {
  const { decision, optionId, message, answers, scope, match, expiresAt } = response;
  const isRule = decision === 'always' || decision === 'never';
  return {
    outcome: decision === 'reject' || decision === 'never' ? 'deny' : 'allow',
    ...(optionId && { optionId }),
    ...(isRule && {
      rule: {
        scope: scope ?? 'session',
        match: match ?? 'exact',
        ...(typeof expiresAt === 'number' && { expiresAt }),
      },
    }),
    ...(message && { feedback: message }),
    ...(answers && { answers }),
  };
}

/** Reads one line; the error is a sentence without its full stop. */
export function parseResponse(line: string): Result<PermissionResponse, string> {
  const value = parseJson(line);
  if (value === undefined) return err('This line is not JSON');
  const parsed = v.safeParse(response, value);
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue);
  return err(
    `This line is not a permission_response: ${where ? `${where}: ` : ''}${issue.message}`,
  );
}
