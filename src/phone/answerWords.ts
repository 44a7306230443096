import type { AnswerError } from '../permission/broker.ts';
import { alreadyAnswered, unfitAnswer } from '../protocol/words.ts';

/** Why an answer from a phone did not count, as it is shown on its card. */
export type PhoneRefusal =
  | AnswerError
  /** It names a card that this phone was not shown, or was shown otherwise. */
  | { readonly kind: 'notShown' }
  /** Allowing needs to see all of it. */
  | { readonly kind: 'shortened' }
  | { readonly kind: 'notConfirmed' }
  /** An earlier answer of this phone waits at the desktop. */
  | { readonly kind: 'confirming' }
  /** A bug: it could not be taken in. */
  | { readonly kind: 'failed' };

export function refusalWords(refusal: PhoneRefusal): string {
  switch (refusal.kind) {
    case 'notShown':
    case 'changed':
      return 'The request is not the one that was shown here. Nothing was allowed. Answer it at the desktop.';
    case 'shortened':
      return 'This request is too long for the phone, so it cannot be allowed here. Nothing was allowed. Answer it at the desktop.';
    case 'notConfirmed':
      return 'It was not confirmed at the desktop. Nothing was allowed.';
    case 'confirming':
      return 'Your answer already waits to be confirmed at the desktop.';
    case 'failed':
      return 'Your answer could not be taken in, because something went wrong in VS Code. Nothing was allowed. Answer it at the desktop.';
    case 'alreadySettled':
      return alreadyAnswered(refusal.settled.decision.by);
    case 'unknownRequest':
      return 'This request is over. Nothing was allowed.';
    case 'unknownOption':
      return 'The agent does not offer this answer. Nothing was allowed. Choose another.';
    case 'onlyWiderAllow':
      return 'The agent offers no way to allow only this call. Nothing was allowed.';
    case 'ruleRefused':
      return 'This rule cannot be made. Nothing was allowed. Use Allow once.';
    case 'answersMissing':
      return 'Answer every question first.';
    case 'answerUnfit':
      return unfitAnswer(refusal);
    case 'journalFailed':
      return 'The answer could not be recorded, so nothing was allowed. Look at the desktop.';
  }
}
