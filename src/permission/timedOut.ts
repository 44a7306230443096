/** What the agent is told when nobody answered, and what is on record. */
export function timedOut(minutes: number): string {
  return `Nobody answered within ${minutes === 1 ? '1 minute' : `${minutes} minutes`}, so it was denied. It was not run.`;
}
