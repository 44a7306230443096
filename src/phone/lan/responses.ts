import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageFile } from './pageFiles.ts';

/** A file of the page, or "you have it already". */
export function sendFile(
  file: PageFile,
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  response: ServerResponse,
): void {
  const { body, etag, type } = file;
  // Asked for each time, so that the page of an update is never mixed with the one before.
  const headers = { 'Content-Type': type, ETag: etag, 'Cache-Control': 'no-cache' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': String(body.length) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The envelope has been taken. Nchan's status for a message that somebody hears. */
export function sendTaken(response: ServerResponse): void {
  response.writeHead(201, { 'Content-Length': '0', 'Cache-Control': 'no-store' }).end();
}

/** Says no more than the status, and ends the connection: whoever is refused does not get to ask again on it. */
export function refuse(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  const common = { 'Content-Length': '0', 'Cache-Control': 'no-store', Connection: 'close' };
  response.writeHead(status, { ...common, ...headers }).end();
}
