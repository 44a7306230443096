import type { JsonObject } from '../../base/json.ts';
import type { Place } from './actions.ts';
import type { Asked, Told } from './ask.ts';
import { elicitationAsk } from './elicitations.ts';
import { commandAsk, fileAsk, permissionsAsk, toolCall, userInputAsk } from './itemAsks.ts';
import { legacyCommandAsk, legacyFileAsk } from './legacyAsks.ts';

type Reader = (params: JsonObject, place: Place, told: Told) => Asked;

const READERS: Readonly<Record<string, Reader>> = {
  'item/commandExecution/requestApproval': commandAsk,
  'item/fileChange/requestApproval': fileAsk,
  'item/permissions/requestApproval': permissionsAsk,
  'item/tool/requestUserInput': userInputAsk,
  'mcpServer/elicitation/request': elicitationAsk,
  'item/tool/call': toolCall,
  execCommandApproval: legacyCommandAsk,
  applyPatchApproval: legacyFileAsk,
};

/** Reads a request; `undefined` for a method that is not in the table. */
export function readAsk(
  method: string,
  params: JsonObject,
  place: Place,
  told: Told,
): Asked | undefined {
  const reader = Object.hasOwn(READERS, method) ? READERS[method] : undefined;
  return reader?.(params, place, told);
}

/** A method that sounds as if Codex waits to be allowed something: no guess, and no error that it could take for "go on". */
export function soundsLikeAsking(method: string): boolean {
  return /approv|permission|elicit|confirm|consent/i.test(method);
}
