import type { Broker } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import type { PhoneAnswer } from '../protocol/phone/payloads.ts';

/** What phones need of the broker. */
export type PhoneBroker = Pick<
  Broker,
  'pending' | 'find' | 'settledAs' | 'whyAsked' | 'answer' | 'onDidRaise' | 'onDidSettle'
>;

/** An answer from a phone that a person has to confirm at the desktop. */
export interface DesktopQuestion {
  readonly request: PermissionRequest;
  readonly answer: PhoneAnswer;
  readonly device: string;
  readonly signal: AbortSignal;
}
