import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { type Json, parseJson } from '../base/json.ts';
import { jsonSpans } from '../permission/jsonPreview.ts';
import type { SecretContext } from '../permission/secretDetector.ts';
import { plain, type Spans, secretKinds, toSpans } from '../permission/spans.ts';
import type { Output } from './audit.ts';
import { LineReader, type ReadLine } from './lineReader.ts';
import { EXIT } from './runEnd.ts';

const MAX_LINE = 16 * 1024 * 1024;

/**
 * `redact`: for each line `{"id", "input"}` prints what a card would show of it, and the kinds of the secrets that it would
 * not. Resolves with the exit code: failed when a line could not be read.
 */
export async function redact(
  stdin: Readable,
  context: SecretContext,
  output: Output,
): Promise<number> {
  let lines: ReadLine[] = [];
  let isFailed = false;
  const reader = new LineReader(MAX_LINE, (line) => lines.push(line));
  const answer = async () => {
    const read = lines;
    lines = [];
    const answers = read.map((line) => redactLine(line, context));
    isFailed ||= answers.some((each) => 'error' in each);
    if (answers.length > 0)
      await output.out(answers.map((each) => `${JSON.stringify(each)}\n`).join(''));
  };
  for await (const chunk of stdin) {
    reader.push(Buffer.from(chunk));
    await answer();
  }
  reader.end();
  await answer();
  return isFailed ? EXIT.failed : EXIT.ok;
}

type Answer =
  | {
      readonly id: string | number | null;
      readonly display: string;
      readonly found: readonly string[];
    }
  | { readonly id: string | number | null; readonly error: string };

/** Whatever `JSON.parse` gives is JSON. */
const inputLine = v.object({
  id: v.optional(v.union([v.string(), v.number()])),
  input: v.custom<Json>((value) => value !== undefined),
});

function redactLine(line: ReadLine, context: SecretContext): Answer {
  if ('tooLong' in line) return { id: null, error: 'The line is longer than 16 MB.' };
  const parsed = v.safeParse(inputLine, parseJson(line.text));
  if (!parsed.success) return { id: null, error: 'The line is not {"id": …, "input": …} in JSON.' };
  const { id = null, input } = parsed.output;
  const spans = shown(input, context);
  return { id, display: plain(spans), found: secretKinds(spans) };
}

/** The way of every card. */
function shown(input: Json, context: SecretContext): Spans {
  return typeof input === 'string'
    ? toSpans(input, context)
    : jsonSpans(input, Number.POSITIVE_INFINITY);
}
