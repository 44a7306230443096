/** What a crash left at the end of files of the record and was cut off, one size in bytes for each: a sentence or two. */
export function mendedWords(bytes: readonly number[]): string {
  const sum = bytes.reduce((total, each) => total + each, 0);
  return bytes.length === 1
    ? `A crash cut off the last line of the record while it was written. What was left of it (${sum} bytes) was removed: no answer had been given on it. Every other line is as it was.`
    : `Crashes cut off the last lines of ${bytes.length} files of the record while they were written. What was left of them (${sum} bytes) was removed: no answer had been given on them. Every other line is as it was.`;
}
