/**
 * The `Last-Event-ID` to go on with after this one. The relay's ids are `<seconds>:<number in that second>`, and the
 * numbers begin again when it is restarted: a new message could have the id of the last one that was heard. So it is
 * asked for a second more; what comes twice is told by its sequence number. Other ids stay as they are.
 */
export function resumeAfter(id: string): string {
  const seconds = Number(/^\d{1,12}(?=:)/.exec(id)?.[0]);
  return Number.isNaN(seconds) ? id : `${Math.max(seconds - 1, 1)}:0`;
}
