import { type JsonObject, stringAt } from '../../base/json.ts';

/** What a notification says about things that happen without a question to us. */
export type Beside =
  /** For the person; `once`: in a session. */
  | { readonly kind: 'notice'; readonly text: string; readonly once: boolean }
  /** Somebody else decides: not gated any more. */
  | { readonly kind: 'notGated'; readonly what: string }
  | { readonly kind: 'log'; readonly text: string };

/** Reads a notification of Codex that is not part of the conversation; `undefined` for those that say nothing here. */
export function besideTheGate(method: string, params: JsonObject): Beside | undefined {
  switch (method) {
    // Measured: text for a program that runs in a terminal is not asked for, whatever the policy.
    case 'item/commandExecution/terminalInteraction': {
      const typed = stringAt(params, 'stdin') ?? '';
      const text = `Codex typed into a command that runs, for which it does not ask: ${typed}`;
      return typed === '' ? undefined : { kind: 'notice', text, once: false };
    }
    case 'item/autoApprovalReview/started':
    case 'autoApprovalReview/strictReviewRequired':
      return { kind: 'notGated', what: 'a model reviews what it asks for' };
    case 'hook/completed': {
      const path = stringAt(params['run'], 'sourcePath') ?? 'unknown';
      const text = `A hook of Codex takes part in what it asks, and can answer before you: ${path}`;
      const asks = stringAt(params['run'], 'eventName') === 'permissionRequest';
      return asks ? { kind: 'notice', text, once: true } : undefined;
    }
    case 'configWarning':
    case 'guardianWarning':
    case 'warning': {
      const words = stringAt(params, 'message') ?? stringAt(params, 'summary') ?? method;
      return { kind: 'log', text: `Codex: ${words}` };
    }
    default:
      return undefined;
  }
}
