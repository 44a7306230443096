import type { ServerResponse } from 'node:http';
import type { Disposable } from '../../base/disposable.ts';
import type { MailboxEvent } from './mailboxes.ts';

/** Shorter than the idle time-outs of phones and access points. Milliseconds. */
const PING_MS = 20_000;
/**
 * A phone that does not read is cut off; it resumes with what it has not seen. Twice what a full mailbox holds, which is
 * sent at once. Bytes.
 */
const MAX_BEHIND = 8 * 1024 * 1024;

/**
 * Writes what `listen` hands over as an event stream, until the connection or the mailbox is closed. As Nchan does, with a `ping` that has no data: bytes for the page's watchdog, and no event.
 */
export function streamEvents(
  response: ServerResponse,
  listen: (onEvent: (event: MailboxEvent) => void) => Disposable,
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.write(': hi\n\n');
  const write = (text: string) => {
    response.write(text);
    if (response.writableLength > MAX_BEHIND) response.destroy();
  };
  const ping = setInterval(() => write('event: ping\n\n'), PING_MS);
  ping.unref();
  const listening = listen((event) => {
    switch (event.kind) {
      case 'envelope':
        return write(`id: ${event.id}\n${dataLines(event.text)}\n`);
      case 'gone':
        return endGone(response);
    }
  });
  response.once('close', () => {
    clearInterval(ping);
    listening.dispose();
  });
}

/** Says that the mailbox is closed. Not an HTTP error: after one an `EventSource` would give up without a word. */
export function sendGone(response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  endGone(response);
}

function endGone(response: ServerResponse): void {
  response.end('event: gone\ndata: 1\n\n');
}

/** Line ends of any kind start another data line, so that nothing in a text can be taken for a field. */
function dataLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('');
}
