import { ASSIGNED_HINTS, findAssignedSecrets } from './assignedSecrets.ts';
import { CODE_PLACES } from './codePlaces.ts';
import { COMMAND_PLACES } from './commandPlaces.ts';
import { findCookies } from './cookies.ts';
import { eachMatch } from './eachMatch.ts';
import { type Hinted, HintScan } from './hintScan.ts';
import { findManifestSecrets } from './manifestSecrets.ts';
import { findRowSecrets } from './rowSecrets.ts';
import type { Detector, Place, SecretContext, SecretRange } from './secretDetector.ts';
import { Extents } from './secretExtent.ts';
import { IN_PLACE, NAMED_PLACES } from './secretPlaces.ts';
import { SHAPES } from './secretShapes.ts';
import { isReference } from './secretValues.ts';
import { findSplit } from './splitSecrets.ts';

/** A way to find secrets. */
interface Finder extends Hinted {
  /** What it finds by shape alone. */
  readonly shape?: Detector;
  find(text: string, extents: Extents): readonly SecretRange[];
}

const FINDERS = new HintScan<Finder>([
  ...SHAPES.map((shape) => ({ ...safely(shape.hints, (text) => inPlace(text, shape)), shape })),
  ...IN_PLACE.map((place) => safely(place.hints, (text) => inPlace(text, place))),
  ...[...COMMAND_PLACES, ...NAMED_PLACES, ...CODE_PLACES].map((place) =>
    safely(place.hints, (text, extents) => nextWords(text, place, extents)),
  ),
  safely(['cookie', 'curl'], findCookies),
  safely(['insert', 'where'], findRowSecrets),
  safely(['kind: '], findManifestSecrets),
  { hints: ASSIGNED_HINTS, find: findAssignedSecrets },
]);

/** The secrets in a text, in order, not overlapping. Time grows with the length of the text, whatever it holds. */
export function findSecrets(text: string, context: SecretContext = 'text'): readonly SecretRange[] {
  const found = findSplit(text, context, findShapes);
  const finders = FINDERS.in(text.toLowerCase());
  if (finders.length === 0) return withoutOverlaps(found);
  const extents = new Extents(text, context);
  return withoutOverlaps([...finders.flatMap((each) => each.find(text, extents)), ...found]);
}

function findShapes(text: string): SecretRange[] {
  return FINDERS.in(text.toLowerCase()).flatMap(({ shape }) => (shape ? inPlace(text, shape) : []));
}

/** Of what is found only what no shell could run. */
function safely(hints: readonly string[], find: Finder['find']): Finder {
  return {
    hints,
    find: (text, extents) => find(text, extents).flatMap((range) => extents.safe(range)),
  };
}

function inPlace(text: string, { kind, pattern, isSecret }: Detector): SecretRange[] {
  const found: SecretRange[] = [];
  for (const match of eachMatch(text, pattern)) {
    const value = match.groups?.['secret'] ?? '';
    if (value === '' ? /[xX*]{8}$/.test(match[0]) : isReference(value)) continue;
    if (isSecret && !isSecret(value, match)) continue;
    found.push({ kind, ...rangeOf(match, value) });
  }
  return found;
}

/** The secret is always at the end of its match, but for one closing character. */
function rangeOf(match: RegExpExecArray, value: string): { start: number; end: number } {
  const end = match.index + match[0].length;
  if (value === '') return { start: match.index, end };
  const start = match.index + match[0].lastIndexOf(value);
  return { start, end: start + value.length };
}

function nextWords(
  text: string,
  { kind, pattern, isSecret }: Place,
  extents: Extents,
): SecretRange[] {
  const found: SecretRange[] = [];
  for (const match of eachMatch(text, pattern)) {
    const value = extents.valueAt(match.index + match[0].length, quoteIn(match[0]));
    if (!value || isReference(value.head)) continue;
    if (isSecret && !isSecret(value.head, match)) continue;
    found.push({ kind, start: value.start, end: value.end });
  }
  return found;
}

/** The quote that a place has opened before its value. */
function quoteIn(place: string): string | undefined {
  return /(["'])[^"'\s]{0,128}$/.exec(place)?.[1];
}

/** In order; where two overlap, one that covers both. */
export function withoutOverlaps(ranges: SecretRange[]): SecretRange[] {
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: SecretRange[] = [];
  for (const range of ranges) {
    const last = kept.at(-1);
    if (!last || range.start >= last.end) kept.push(range);
    else if (range.end > last.end) kept[kept.length - 1] = { ...last, end: range.end };
  }
  return kept;
}
