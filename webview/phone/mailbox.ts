/** Path of a mailbox on this page's own origin, on the local network and on a relay alike. */
export function mailboxPath(mailbox: string): string {
  return `/m/${mailbox}`;
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

const POST_MS = 8000;
const TRIES = 3;

/**
 * Leaves an envelope in a mailbox; rejects when it is not known to have arrived. The same envelope may be sent again:
 * the other side takes it once.
 */
export async function leave(mailbox: string, envelope: string, send: Fetch = fetch): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await send(mailboxPath(mailbox), {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: envelope,
        cache: 'no-store',
        signal: AbortSignal.timeout(POST_MS),
      });
      if (response.ok) return;
      throw new Error(`The mailbox answered ${response.status}.`);
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}
