import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../../base/json.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type { AgentInfo, Question, RequestDraft } from '../../permission/request.ts';
import { denialWords } from '../denialWords.ts';
import type { Ask } from './frames.ts';
import { permissionOptions } from './options.ts';
import { actionOf, type Place } from './toolMapping.ts';

const QUESTION_TOOL = 'AskUserQuestion';

/** The request that an ask is, in common words. */
export function draftOf(requestId: string, ask: Ask, agent: AgentInfo, place: Place): RequestDraft {
  const questions = ask.toolName === QUESTION_TOOL ? questionsOf(ask.input) : undefined;
  const isQuestion = ask.toolName === QUESTION_TOOL || ask.needsPerson;
  const why = whyOf(ask);
  return {
    // Its answer is made by a person; no rule may give it.
    source: isQuestion ? 'agent_question' : 'agent_tool',
    agent,
    session: place.session,
    native: {
      method: 'can_use_tool',
      requestId,
      toolName: ask.toolName,
      ...(ask.callId !== undefined && { callId: ask.callId }),
    },
    action: actionOf(ask, place),
    options: permissionOptions(ask.suggestions),
    ...(why !== undefined && { why }),
    ...(questions && { questions }),
  };
}

/** The `control_response` for a decision. Says "allow" only when the decision and the chosen option both do. */
export function answerFrame(
  requestId: string,
  ask: Ask,
  decision: Decision,
  native: NativeAnswer,
): JsonObject {
  const chosen = native.kind === 'option' ? native.option.nativeDecision : undefined;
  const allows = isJsonObject(chosen) && chosen['behavior'] === 'allow';
  const response =
    decision.outcome === 'allow' && allows
      ? { ...chosen, updatedInput: answeredInput(ask.input, decision.answers) }
      : { behavior: 'deny', message: denial(ask, decision) };
  return controlResponse(requestId, response);
}

export function controlResponse(requestId: string, response: JsonObject): JsonObject {
  return {
    type: 'control_response',
    response: { subtype: 'success', request_id: requestId, response },
  };
}

/** The input goes back as it came: Claude Code runs what it is sent. Only a question gets its answers added. */
function answeredInput(input: JsonObject, answers: Decision['answers']): JsonObject {
  return answers ? { ...input, answers } : input;
}

function denial(ask: Ask, decision: Decision): string {
  const isUnanswered = ask.toolName === QUESTION_TOOL && !decision.feedback?.trim();
  return isUnanswered ? 'The question was not answered.' : denialWords(decision);
}

/** The model's own words come first; why Claude Code asks is said when it is more than that it has to. */
function whyOf({ description, reason, toolName }: Ask): string | undefined {
  const isModels = toolName === 'Bash';
  const words = [isModels ? description : undefined, isUsual(reason) ? undefined : reason];
  const said = words.filter((text) => text !== undefined && text.trim() !== '');
  return said.length > 0 ? said.join(' · ') : undefined;
}

function isUsual(reason: string | undefined): boolean {
  return reason === 'This command requires approval';
}

const questionsSchema = v.object({
  questions: v.pipe(
    v.array(
      v.object({
        question: v.string(),
        multiSelect: v.optional(v.boolean(), false),
        options: v.optional(
          v.array(v.object({ label: v.string(), description: v.optional(v.string(), '') })),
          [],
        ),
      }),
    ),
    v.nonEmpty(),
  ),
});

function questionsOf(input: JsonObject): Question[] | undefined {
  const parsed = v.safeParse(questionsSchema, input);
  if (!parsed.success) return undefined;
  return parsed.output.questions.map(({ question, multiSelect, options }) => ({
    // Claude Code looks its answers up by the text of the question.
    id: question,
    text: question,
    multiSelect,
    choices: options,
  }));
}
