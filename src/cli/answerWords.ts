import type { AnswerError, Settled } from '../permission/broker.ts';
import { safeText } from '../permission/spans.ts';
import { alreadyAnswered, outcomeLine, unfitAnswer } from '../protocol/words.ts';

/** Why an answer did not count, as a sentence. Unless it was answered already, the request is still open. */
export function answerWords(error: AnswerError): string {
  switch (error.kind) {
    case 'unknownRequest':
      return 'No request has this id.';
    case 'alreadySettled':
      return alreadyAnswered(error.settled.decision.by);
    case 'changed':
      return 'The request has another argsHash. It is still open.';
    case 'unknownOption':
      return `It has no option "${safeText(error.optionId)}" with this meaning. It is still open.`;
    case 'onlyWiderAllow':
      return 'The agent offers no way to allow just this call. It is still open.';
    case 'ruleRefused':
      return `${error.reason} It is still open, and can be answered once.`;
    case 'answersMissing':
      return 'The agent asked a question: an answer is missing. It is still open.';
    case 'answerUnfit':
      return `${unfitAnswer(error)} It is still open.`;
    case 'journalFailed':
      return `The decision could not be put on record (${safeText(causeWords(error.cause))}), so nothing was allowed. It is still open.`;
  }
}

/** How a request ended, as a sentence. There is no window that could have closed here. */
export function outcomeWords(settled: Settled): string {
  return settled.decision.by.kind === 'shutdown'
    ? 'Denied: nobody was there to answer. Nothing ran.'
    : outcomeLine(settled).text;
}

export function causeWords(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** A run has one message: what an agent cannot take along with a deny goes nowhere. */
export function noPlaceWords(agentName: string): string {
  return `${agentName} has no place for a message with a denial, so the message is not sent.`;
}
