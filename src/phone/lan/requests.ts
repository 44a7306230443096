import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { MAX_ENVELOPE } from '../../protocol/phone/envelope.ts';
import { Attempts } from './attempts.ts';
import { readBody } from './body.ts';
import { sendGone, streamEvents } from './eventStream.ts';
import { type Route, routeOf } from './guard.ts';
import { PAGE_HEADERS } from './headers.ts';
import type { Found, Mailboxes } from './mailboxes.ts';
import type { PageFile } from './pageFiles.ts';
import { refuse, sendFile, sendTaken } from './responses.ts';

export interface RequestsOptions {
  readonly mailboxes: Mailboxes;
  /** By path. */
  readonly page: ReadonlyMap<string, PageFile>;
  readonly clock: Clock;
}

/** Answers one request after another. Nothing about a request is written anywhere. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #attempts: Attempts;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options.clock);
  }

  /** `hosts` are the values of `Host` that mean this server. */
  answer(request: IncomingMessage, response: ServerResponse, hosts: ReadonlySet<string>): void {
    // A phone that goes away in the middle is nothing to report.
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    this.#perform(routeOf(request, hosts), request, response);
  }

  #perform(route: Route, request: IncomingMessage, response: ServerResponse): void {
    switch (route.kind) {
      case 'refused':
        refuse(response, route.status, route.allow ? { Allow: route.allow } : {});
        break;
      case 'page': {
        const file = this.#options.page.get(route.path);
        if (file) sendFile(file, request, response);
        else refuse(response, 404);
        break;
      }
      case 'listen':
        this.#listen(route, request, response);
        break;
      case 'leave':
        this.#leave(route.mailbox, request, response);
        break;
    }
  }

  #listen(
    { mailbox, lastEventId }: Extract<Route, { kind: 'listen' }>,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const found = this.#options.mailboxes.find(mailbox);
    switch (found.kind) {
      case 'outbox':
        streamEvents(response, (onEvent) => found.listen(lastEventId, onEvent));
        break;
      case 'gone':
        sendGone(response);
        break;
      case 'inbox':
      case 'unknown':
        this.#refuseUnknown(request, response);
        break;
    }
  }

  #leave(mailbox: string, request: IncomingMessage, response: ServerResponse): void {
    const found = this.#options.mailboxes.find(mailbox);
    switch (found.kind) {
      case 'inbox':
        receive(found, request, response);
        break;
      case 'gone':
        refuse(response, 410);
        break;
      case 'outbox':
      case 'unknown':
        this.#refuseUnknown(request, response);
        break;
    }
  }

  #refuseUnknown(request: IncomingMessage, response: ServerResponse): void {
    const wait = this.#attempts.count(request.socket.remoteAddress ?? '');
    if (wait === undefined) refuse(response, 404);
    else refuse(response, 429, { 'Retry-After': String(Math.ceil(wait / 1000)) });
  }
}

function receive(
  inbox: Extract<Found, { kind: 'inbox' }>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  readBody(request, MAX_ENVELOPE, (body) => {
    switch (body.kind) {
      case 'text':
        // The answer first: what becomes of the envelope is none of the sender's business.
        sendTaken(response);
        inbox.deliver(body.text);
        break;
      case 'tooLarge':
        refuse(response, 413);
        break;
      case 'notText':
        refuse(response, 400);
        break;
    }
  });
}
