import { findAssignedSecrets } from './assignedSecrets.ts';
import { CODE_PLACES } from './codePlaces.ts';
import { COMMAND_PLACES } from './commandPlaces.ts';
import { findCookies } from './cookies.ts';
import { findManifestSecrets } from './manifestSecrets.ts';
import { findRowSecrets } from './rowSecrets.ts';
import type { Detector, SecretContext, SecretRange } from './secretDetector.ts';
import { Extents } from './secretExtent.ts';
import { IN_PLACE, NAMED_PLACES } from './secretPlaces.ts';
import { SHAPES } from './secretShapes.ts';
import { isReference } from './secretValues.ts';
import { findSplit } from './splitSecrets.ts';

/** A name that promises a secret, for {@link findAssignedSecrets}. */
const NAMED =
  /pass|pwd|pw|secret|token|key|cred|auth|mnemonic|phrase|jwt|bearer|pat|session|sid|sig|webhook|salt|otp|license|dsn|sas|hash|data|code|connection|pin|psk|answer|cvv|cvc|seed/i;

const NEXT_WORD = [...COMMAND_PLACES, ...NAMED_PLACES, ...CODE_PLACES];

/** The secrets in a text, in order, not overlapping. Time grows with the length of the text, whatever it holds. */
export function findSecrets(text: string, context: SecretContext = 'text'): readonly SecretRange[] {
  const lower = text.toLowerCase();
  const extents = new Extents(text, context);
  const found = [...findShapes(text, lower), ...inPlace(text, lower, IN_PLACE)];
  found.push(...nextWords(text, lower, extents));
  if (lower.includes('cookie') || lower.includes('curl')) found.push(...findCookies(text));
  if (lower.includes('insert')) found.push(...findRowSecrets(text));
  if (lower.includes('kind: ')) found.push(...findManifestSecrets(text));
  const safe = found.flatMap((each) => extents.safe(each));
  if (NAMED.test(text)) safe.push(...findAssignedSecrets(text, context, extents));
  safe.push(...findSplit(text, context, findShapes));
  return withoutOverlaps(safe);
}

function findShapes(text: string, lower = text.toLowerCase()): SecretRange[] {
  return inPlace(text, lower, SHAPES);
}

function inPlace(text: string, lower: string, detectors: readonly Detector[]): SecretRange[] {
  const found: SecretRange[] = [];
  for (const { kind, hints, pattern, isSecret } of detectors) {
    if (!hints.some((hint) => lower.includes(hint))) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match.groups?.['secret'] ?? '';
      if (value === '' ? /[xX*]{8}$/.test(match[0]) : isReference(value)) continue;
      if (isSecret && !isSecret(value, match)) continue;
      found.push({ kind, ...rangeOf(match, value) });
    }
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

function nextWords(text: string, lower: string, extents: Extents): SecretRange[] {
  const found: SecretRange[] = [];
  for (const { kind, hints, pattern, isSecret } of NEXT_WORD) {
    if (!hints.some((hint) => lower.includes(hint))) continue;
    for (const match of text.matchAll(pattern)) {
      const value = extents.valueAt(match.index + match[0].length, quoteIn(match[0]));
      if (!value || isReference(value.head)) continue;
      if (isSecret && !isSecret(value.head, match)) continue;
      found.push({ kind, start: value.start, end: value.end });
    }
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
