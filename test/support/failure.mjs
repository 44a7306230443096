const MAX = 600;

/**
 * What went wrong in one line, for the list at the end of a run, where nothing else of the test may be left: the message of an
 * error or of its stack, with the values that differ.
 */
export function inOneLine(error) {
  const [message = ''] = String(error?.message ?? error).split(/\n\s+at /);
  return message.replaceAll(/\s+/g, ' ').trim().slice(0, MAX);
}
