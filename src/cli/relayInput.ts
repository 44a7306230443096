import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

const optionalText = v.nullish(v.pipe(v.string(), v.maxLength(4000)));

const response = v.object({
  type: v.literal('permission_response'),
  id: v.string(),
  decision: v.picklist(['once', 'always', 'reject']),
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
