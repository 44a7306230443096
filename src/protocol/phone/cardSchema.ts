import * as v from 'valibot';

/** What a phone takes as a card. Mirrors `CardView`: what is not named here is not shown and does not arrive. */

const text = v.string();
const flag = v.boolean();

const spans = v.array(
  v.union([text, v.strictObject({ secret: text }), v.strictObject({ char: text, name: text })]),
);

const row = v.object({
  sign: v.picklist(['+', '-', ' ']),
  line: v.exactOptional(v.number()),
  text: spans,
});

const preview = v.variant('kind', [
  v.object({ kind: v.literal('command'), text: spans }),
  v.object({
    kind: v.literal('diff'),
    path: spans,
    created: flag,
    added: v.number(),
    removed: v.number(),
    rows: v.array(row),
    omitted: v.number(),
  }),
  v.object({ kind: v.literal('url'), before: spans, host: spans, after: spans }),
  v.object({ kind: v.literal('json'), text: spans }),
  v.object({ kind: v.literal('text'), text: spans }),
  v.object({ kind: v.literal('none') }),
]);

const field = v.object({
  type: v.picklist(['text', 'number', 'integer', 'boolean', 'choice']),
  required: flag,
  description: text,
  initial: v.exactOptional(v.array(text)),
  format: v.exactOptional(v.picklist(['email', 'uri', 'date', 'date-time'])),
  min: v.exactOptional(v.number()),
  max: v.exactOptional(v.number()),
});

const question = v.object({
  id: text,
  text,
  multiSelect: flag,
  choices: v.array(v.object({ label: text, description: text })),
  field: v.exactOptional(field),
});

const display = v.object({
  kind: v.picklist([
    'command',
    'edit',
    'create',
    'delete',
    'move',
    'read',
    'fetch',
    'mcp',
    'question',
    'other',
  ]),
  verb: text,
  subject: spans,
  place: v.exactOptional(v.object({ words: text, name: spans })),
  preview,
  oneLine: text,
  oneLineIsAll: flag,
  why: v.exactOptional(spans),
  facts: v.array(v.object({ label: text, text: spans })),
  risk: v.exactOptional(v.object({ text, tokens: v.array(text) })),
  secrets: v.array(text),
  hidden: v.number(),
  questions: v.exactOptional(v.array(question)),
});

const outcome = v.picklist(['allow', 'deny']);

const option = v.object({
  id: text,
  label: text,
  kind: v.picklist(['allow_once', 'allow_always', 'reject_once', 'reject_always']),
  outcome,
  note: text,
  wider: flag,
});

const ruleLink = v.object({ id: text, label: text });

const verdict = v.object({
  why: text,
  rule: v.exactOptional(ruleLink),
  parts: v.array(
    v.object({
      text,
      verdict: v.picklist(['allow', 'deny', 'ask']),
      rule: v.exactOptional(ruleLink),
    }),
  ),
});

/** How a request ended. */
export const outcomeSchema = v.object({
  tone: v.picklist(['ok', 'no', 'gone']),
  icon: text,
  text,
  at: v.number(),
  where: v.exactOptional(text),
  agentStopped: flag,
});

/** The fields of a card; an object to be extended. */
export const cardEntries = {
  id: text,
  argsHash: text,
  agent: v.object({ id: text, name: text, version: text, monogram: text }),
  session: v.object({ key: text, title: text, folder: text }),
  display,
  raisedAt: v.number(),
  options: v.array(option),
  canAllow: flag,
  canHaveRule: flag,
  noRule: v.exactOptional(text),
  verdict: v.exactOptional(verdict),
  denyEndsTurn: flag,
  feedbackIsNextPrompt: flag,
};
