/** What a mailbox is called: knowing the name is the right to use it. */
const MAILBOX = /^[A-Za-z0-9_-]{22,64}$/;
const PATH = /^\/m\/([A-Za-z0-9_-]{22,64})$/;

/** `/m/<mailbox>`. Throws for a name that no server would take: a bug of ours, never input. */
export function mailboxPath(mailbox: string): string {
  if (!MAILBOX.test(mailbox)) throw new TypeError('This is not a mailbox');
  return `/m/${mailbox}`;
}

/** The mailbox of a path, or `undefined` for every other path. */
export function mailboxOf(path: string): string | undefined {
  return PATH.exec(path)?.[1];
}
