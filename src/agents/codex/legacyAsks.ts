import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { Decision } from '../../permission/decision.ts';
import { commandAction, fileAction, type Place } from './actions.ts';
import { type Asked, asked, unreadable, whyOf } from './ask.ts';
import { LEGACY_FOR_SESSION, LEGACY_OPTIONS } from './options.ts';
import { quotedWords } from './shellWrapper.ts';

/** `execCommandApproval`, of servers and conversations older than threads. The command is a list of words. */
export function legacyCommandAsk(params: JsonObject, place: Place): Asked {
  const { callId, command, conversationId, parsedCmd: _, ...rest } = params;
  const words = Array.isArray(command) ? command : [];
  if (typeof callId !== 'string' || !words.every((word) => typeof word === 'string') || !words[0])
    return unreadable('a command approval that is not complete');
  return asked({
    source: 'agent_tool',
    toolName: 'exec',
    callId,
    action: commandAction({ ...rest, command: quotedWords(words) }, place),
    options: [...LEGACY_OPTIONS, LEGACY_FOR_SESSION],
    ...whyOf(params),
    feedback: 'withDeny',
    result: legacyResult,
    refusal: denied('Denied in Countersign. It was not run.'),
  });
}

/** `applyPatchApproval`: unlike its successor it carries the changes itself, by path. */
export function legacyFileAsk(params: JsonObject, place: Place): Asked {
  const { callId, conversationId, fileChanges, ...rest } = params;
  if (typeof callId !== 'string' || !isJsonObject(fileChanges))
    return unreadable('a file approval that is not complete');
  const changes = Object.entries(fileChanges).map(changeOf);
  return asked({
    source: 'agent_tool',
    toolName: 'apply_patch',
    callId,
    action: fileAction(rest, changes, place),
    options: [...LEGACY_OPTIONS, { ...LEGACY_FOR_SESSION, nativeScope: EVERY_CHANGE }],
    ...whyOf(params),
    feedback: 'withDeny',
    result: legacyResult,
    refusal: denied('Denied in Countersign. Nothing was changed.'),
  });
}

const EVERY_CHANGE = 'Every change of these files, until the session ends';

/** The older requests have a place for a sentence to the model. */
function legacyResult(nativeDecision: Json, { feedback, outcome }: Decision): JsonObject {
  return outcome === 'deny' && isJsonObject(nativeDecision) && feedback?.trim()
    ? denied(feedback)
    : { decision: nativeDecision };
}

function denied(rejection: string): JsonObject {
  return { decision: { denied: { rejection } } };
}

/** `FileChange` as a `FileUpdateChange`. */
function changeOf([path, change]: [string, Json]): JsonObject {
  const type = stringAt(change, 'type') ?? 'unknown';
  const diff = stringAt(change, 'unified_diff') ?? stringAt(change, 'content');
  const moved = isJsonObject(change) ? change['move_path'] : undefined;
  return {
    path,
    kind: { type, ...(moved && { move_path: moved }) },
    ...(diff !== undefined && { diff }),
  };
}
