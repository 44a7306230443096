import type { AnswerError } from './broker.ts';
import { oneLine } from './cut.ts';
import {
  type Decision,
  isAlways,
  nativeAnswer,
  offeredOption,
  type ProposedAnswer,
} from './decision.ts';
import { shownLabel } from './display.ts';
import type { PermissionRequest, Question } from './request.ts';
import type { Rule } from './rule.ts';
import { ruleRef } from './ruleLabel.ts';
import { canHaveRule } from './rules.ts';

/** Why a proposed answer does not count, or `undefined` when it does. */
export function whyRefused(
  request: PermissionRequest,
  proposed: ProposedAnswer,
): AnswerError | undefined {
  if (proposed.argsHash !== request.argsHash) return { kind: 'changed' };
  const { optionId, outcome } = proposed;
  if (optionId !== undefined && !offeredOption(request.options, outcome, optionId))
    return { kind: 'unknownOption', optionId };
  if (!nativeAnswer(request.options, outcome, sentOption(request, proposed)))
    return { kind: 'onlyWiderAllow' };
  if (proposed.rule && !canHaveRule(request)) return { kind: 'ruleRefused', reason: ALWAYS_ASKS };
  if (outcome === 'deny') return undefined;
  const isUnanswered = request.questions?.some(({ id }) => answerTo(id, proposed) === undefined);
  if (isUnanswered) return { kind: 'answersMissing' };
  return undefined;
}

/** Why there can be no rule for a request that always asks. */
export const ALWAYS_ASKS = 'No rule can be made for this call, because it always has to ask.';

/**
 * The decision that an answer comes to. Taken over field by field: nothing that a surface sends beside the answer, and no
 * answer to what was not asked, reaches the adapter.
 */
export function decisionOf(
  request: PermissionRequest,
  proposed: ProposedAnswer,
  at: number,
  rule: Rule | undefined,
): Decision {
  const { outcome, feedback, by } = proposed;
  const optionId = sentOption(request, proposed);
  const answers =
    outcome === 'allow' && request.questions && answersTo(request.questions, proposed);
  return {
    requestId: request.id,
    argsHash: request.argsHash,
    outcome,
    ...(optionId !== undefined && { optionId }),
    ...(rule && { rule: ruleRef(rule) }),
    ...(feedback !== undefined && { feedback }),
    ...(answers && { answers }),
    by: {
      kind: 'person',
      surface: by.surface,
      // A phone's name is its owner's words.
      ...(by.device !== undefined && { device: oneLine(by.device, 100) }),
    },
    at,
  };
}

/**
 * The agent's option that the answer names. Along with a rule of ours never an "always": the agent would not ask again,
 * and revoking the rule could not bring the question back.
 */
function sentOption(request: PermissionRequest, proposed: ProposedAnswer): string | undefined {
  const { optionId, rule } = proposed;
  if (!rule) return optionId;
  const option = request.options.find(({ id }) => id === optionId);
  return option && isAlways(option.kind) ? undefined : optionId;
}

function answerTo(questionId: string, { answers }: ProposedAnswer): string | undefined {
  // Own keys only: a question may be called `constructor`.
  const answer = answers && Object.hasOwn(answers, questionId) ? answers[questionId] : undefined;
  return typeof answer === 'string' && answer.trim() !== '' ? answer : undefined;
}

function answersTo(
  questions: readonly Question[],
  proposed: ProposedAnswer,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    questions.map((question) => [
      question.id,
      inAgentsWords(question, answerTo(question.id, proposed) ?? ''),
    ]),
  );
}

/** Surfaces show choices redacted and escaped, and send back what they show; the agent gets its own words. */
function inAgentsWords({ choices, multiSelect }: Question, answer: string): string {
  const labels = new Map(choices.map(({ label }) => [shownLabel(label), label]));
  const whole = labels.get(answer);
  if (whole !== undefined || !multiSelect) return whole ?? answer;
  const parts = answer.split(', ');
  return parts.every((part) => labels.has(part))
    ? parts.map((part) => labels.get(part) ?? part).join(', ')
    : answer;
}
