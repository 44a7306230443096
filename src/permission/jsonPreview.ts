import type { Json } from '../base/json.ts';
import { headAndTail, headAndTailOf, shortened } from './cut.ts';
import { printJson } from './jsonSecrets.ts';
import type { Span, Spans } from './spans.ts';

/** Above this many characters JSON is searched as a text, near the parts that are shown. */
const MAX_STRUCTURED = 200_000;

/** JSON as a card shows it, on lines of its own; of more than `max` characters the beginning and the end. */
export function jsonSpans(value: Json, max: number): Spans {
  const text = JSON.stringify(value, undefined, 2);
  // What is asked for as a whole takes the time that it takes.
  if (text.length > MAX_STRUCTURED && max !== Number.POSITIVE_INFINITY)
    return headAndTail(text, max);
  return headAndTailOf(text, printJson(value).secrets, max);
}

/** A name, and the first of what {@link jsonSpans} made; about twice `max` characters, to be cut to one line. */
export function jsonLine(title: string, preview: Spans, max: number): Spans {
  const spans: Span[] = [...shortened(title, max), ' '];
  let left = 2 * max;
  for (const span of preview) {
    if (left <= 0) break;
    const shown = typeof span === 'string' ? span.slice(0, 4 * max) : span;
    spans.push(shown);
    left -= typeof shown === 'string' ? shown.length : 10;
  }
  return compact(spans);
}

/** Printed JSON without its line ends and indents. */
export function compact(spans: Spans): Spans {
  return spans.map((span) =>
    typeof span === 'string' ? span.replace(/,\n */g, ', ').replace(/\n */g, '') : span,
  );
}
