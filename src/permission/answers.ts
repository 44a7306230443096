import type { AnswerError } from './broker.ts';
import { oneLine } from './cut.ts';
import {
  type Decision,
  isAlways,
  nativeAnswer,
  offeredOption,
  type ProposedAnswer,
} from './decision.ts';
import { chosenLabels, whyUnfit } from './formField.ts';
import { shownLabel } from './questionDisplay.ts';
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
  return whyUnanswered(request.questions ?? [], proposed);
}

function whyUnanswered(
  questions: readonly Question[],
  proposed: ProposedAnswer,
): AnswerError | undefined {
  if (questions.some(({ id, field }) => !field && answerTo(id, proposed) === undefined))
    return { kind: 'answersMissing' };
  for (const question of questions) {
    const reason = whyUnfit(question, agentsAnswer(question, proposed));
    if (reason)
      return { kind: 'answerUnfit', question: oneLine(question.text, MAX_QUESTION), reason };
  }
  return undefined;
}

const MAX_QUESTION = 100;

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
    ...(feedback !== undefined && outcome === 'deny' && { feedback }),
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
    questions.map((question) => [question.id, agentsAnswer(question, proposed) ?? '']),
  );
}

function agentsAnswer(question: Question, proposed: ProposedAnswer): string | undefined {
  const answer = answerTo(question.id, proposed);
  return answer === undefined ? undefined : inAgentsWords(question, answer);
}

/**
 * Surfaces show choices, and what a field holds at first, redacted and escaped, and send back what they show; the agent
 * gets its own words. Two that look alike cannot be told apart and stay as they are shown.
 */
function inAgentsWords({ choices, multiSelect, field }: Question, answer: string): string {
  const [initial] = field?.type === 'text' ? (field.initial ?? []) : [];
  if (initial !== undefined && shownLabel(initial) === answer) return initial;
  const shown = choices.map(({ label }) => shownLabel(label));
  const raw = (text: string) =>
    shown.indexOf(text) === shown.lastIndexOf(text)
      ? choices[shown.indexOf(text)]?.label
      : undefined;
  const chosen = multiSelect ? chosenLabels(shown, answer) : undefined;
  const labels = (chosen ?? [answer]).map((text) => raw(text));
  return labels.every((label) => label !== undefined) ? labels.join(', ') : answer;
}
