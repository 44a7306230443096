import * as v from 'valibot';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import { commandAction, fileAction, type Place } from './actions.ts';
import { type Asked, asked, type Told, unreadable, whyOf } from './ask.ts';
import {
  type CodexOption,
  commandOptions,
  FILE_OPTIONS,
  NO_PERMISSIONS,
  permissionsOptions,
} from './options.ts';

const itemSchema = v.object({ itemId: v.pipe(v.string(), v.nonEmpty()), threadId: v.string() });

/** `item/commandExecution/requestApproval`. */
export function commandAsk(params: JsonObject, place: Place): Asked {
  const item = v.safeParse(itemSchema, params);
  if (!item.success) return unreadable('a command approval that is not complete');
  return asked({
    source: 'agent_tool',
    toolName: stringAt(params, 'kind') ?? 'command',
    callId: item.output.itemId,
    action: commandAction(params, place),
    options: commandOptions(params),
    ...whyOf(params),
    result: (decision) => ({ decision }),
    refusal: { decision: 'decline' },
  });
}

/** `item/fileChange/requestApproval`. It carries no change: that of the item counts. */
export function fileAsk(params: JsonObject, place: Place, told: Told): Asked {
  const item = v.safeParse(itemSchema, params);
  if (!item.success) return unreadable('a file approval that is not complete');
  const { itemId } = item.output;
  return asked({
    source: 'agent_tool',
    toolName: 'apply_patch',
    callId: itemId,
    action: fileAction(params, told.changesOf(itemId), place),
    options: FILE_OPTIONS,
    ...whyOf(params),
    result: (decision) => ({ decision }),
    refusal: { decision: 'decline' },
  });
}

/**
 * `item/permissions/requestApproval`. What is granted holds for commands that nobody has seen yet, so no rule may grant it.
 */
export function permissionsAsk(params: JsonObject): Asked {
  const item = v.safeParse(itemSchema, params);
  const { cwd, environmentId, permissions } = params;
  if (!item.success || !isJsonObject(permissions))
    return unreadable('a request for permissions that is not complete');
  return asked({
    source: 'agent_tool',
    toolName: 'request_permissions',
    callId: item.output.itemId,
    action: {
      tool: 'other',
      toolName: 'request_permissions',
      input: { permissions, cwd: cwd ?? null, environmentId: environmentId ?? null },
      widened: { for: 'every command until the turn ends' },
      incomplete: true,
    },
    options: permissionsOptions(permissions),
    ...whyOf(params),
    result: (decision) => (isJsonObject(decision) ? decision : NO_PERMISSIONS),
    refusal: NO_PERMISSIONS,
  });
}

const questionsSchema = v.pipe(
  v.array(
    v.object({
      id: v.string(),
      question: v.string(),
      isSecret: v.optional(v.boolean(), false),
      options: v.nullish(
        v.array(v.object({ label: v.string(), description: v.optional(v.string(), '') })),
        [],
      ),
    }),
  ),
  v.nonEmpty(),
  v.check((all) => new Set(all.map(({ id }) => id)).size === all.length),
);

/** Codex's model reads an empty list as "nothing was answered". */
const NO_ANSWERS: JsonObject = { answers: {} };

/** `item/tool/requestUserInput`: questions of the model, with choices. */
export function userInputAsk(params: JsonObject): Asked {
  const item = v.safeParse(itemSchema, params);
  const parsed = v.safeParse(questionsSchema, params['questions']);
  if (!item.success || !parsed.success) return unreadable('a question that is not complete');
  const questions = parsed.output;
  if (questions.some(({ isSecret }) => isSecret)) {
    const notice =
      'Codex asked for a secret, which Countersign does not pass on. Nothing was sent.';
    return { kind: 'refused', result: NO_ANSWERS, notice };
  }
  return asked({
    source: 'agent_question',
    toolName: 'request_user_input',
    callId: item.output.itemId,
    action: {
      tool: 'other',
      toolName: 'request_user_input',
      input: { questions: params['questions'] ?? [] },
    },
    options: QUESTION_OPTIONS,
    questions: questions.map(({ id, question, options }) => ({
      id,
      text: question,
      multiSelect: false,
      choices: options ?? [],
    })),
    result: () => NO_ANSWERS,
    answered: (answers) => ({
      answers: Object.fromEntries(
        Object.entries(answers).map(([id, answer]) => [id, { answers: [answer] }]),
      ),
    }),
    refusal: NO_ANSWERS,
  });
}

const QUESTION_OPTIONS: readonly CodexOption[] = [
  {
    id: 'answer',
    label: 'Answer',
    kind: 'allow_once',
    nativeDecision: null,
    nativeScope: 'This call',
    bound: 'exact',
  },
  {
    id: 'skip',
    label: 'Skip',
    kind: 'reject_once',
    nativeDecision: NO_ANSWERS,
    nativeScope: 'This call',
    bound: 'exact',
  },
];

/** `item/tool/call`. We offer Codex no tools of our own, so there is none that it could call. */
export function toolCall(params: JsonObject): Asked {
  const tool = stringAt(params, 'tool') ?? 'unknown';
  const text = `Countersign has no tool "${tool}".`;
  const result = { contentItems: [{ type: 'inputText', text }], success: false };
  return {
    kind: 'refused',
    result,
    notice: `Codex called the tool "${tool}" of its client. There is none, so nothing was done.`,
  };
}
