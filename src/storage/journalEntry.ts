import * as v from 'valibot';
import { parseJson } from '../base/json.ts';

const entryBase = {
  requestId: v.string(),
  agentId: v.string(),
  sessionKey: v.string(),
  sessionTitle: v.optional(v.string()),
  tool: v.picklist(['execute', 'edit', 'delete', 'move', 'read', 'fetch', 'mcp', 'other']),
  toolName: v.string(),
  argsHash: v.string(),
};

/** What is read of a `raised` entry, whichever version wrote it; more fields are ignored. */
const raised = v.object({
  type: v.literal('raised'),
  ...entryBase,
  raisedAt: v.number(),
  target: v.string(),
});

/** What is read of a `settled` entry to know that its request is over. */
const settled = v.object({ type: v.literal('settled'), requestId: v.string() });

export type RaisedRecord = v.InferOutput<typeof raised>;

/** Reads what says whether a request is open. `undefined` for everything else. */
export function parseOpening(
  text: string,
): RaisedRecord | v.InferOutput<typeof settled> | undefined {
  const parsed = v.safeParse(v.variant('type', [raised, settled]), parseJson(text));
  return parsed.success ? parsed.output : undefined;
}
