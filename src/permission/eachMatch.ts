/**
 * What `matchAll` gives, for a global pattern. That one makes a copy of the pattern, which takes longer than most
 * searches. The loop may move `lastIndex` on past what it has dealt with.
 */
export function eachMatch(text: string, pattern: RegExp): Iterable<RegExpExecArray> {
  pattern.lastIndex = 0;
  const first = pattern.exec(text);
  return first ? from(first, text, pattern) : [];
}

function* from(first: RegExpExecArray, text: string, pattern: RegExp): Generator<RegExpExecArray> {
  for (let match: RegExpExecArray | null = first; match; match = pattern.exec(text)) {
    if (match[0] === '') pattern.lastIndex++;
    yield match;
  }
}
