import { oneLine } from '../permission/cut.ts';

const MAX_TITLE = 60;

/** What a session is called after its first message; empty when that says nothing. Redacted and escaped. */
export function titleOf(prompt: string): string {
  // Redacted before it is cut: half of a secret no longer looks like one.
  return oneLine(prompt.trim().split('\n', 1)[0] ?? '', MAX_TITLE);
}
