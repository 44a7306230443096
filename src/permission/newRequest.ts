import { canonicalAction, hashOf } from './action.ts';
import { oneLine } from './cut.ts';
import { buildDisplay } from './display.ts';
import type {
  AgentInfo,
  PermissionOption,
  PermissionRequest,
  RequestDraft,
  SessionRef,
} from './request.ts';

const MAX_NAME = 100;
const MAX_TITLE = 300;

export interface BuiltRequest {
  readonly request: PermissionRequest;
  /** The size of the raw arguments. */
  readonly rawCharacters: number;
}

/**
 * The request of a draft. Here every text that surfaces show is made safe, once and for all of them: the display, and
 * the names of agent, session and options. Throws for arguments that cannot be hashed.
 */
export function buildRequest(draft: RequestDraft, id: string, raisedAt: number): BuiltRequest {
  const { source, native, action, mcpServerHash, questions, elicitation } = draft;
  const { denyEndsTurn, feedback } = draft;
  const canonical = canonicalAction(action);
  const request: PermissionRequest = {
    id,
    argsHash: hashOf(canonical),
    source,
    agent: safeAgent(draft.agent),
    session: safeSession(draft.session),
    native,
    action,
    options: draft.options.map(safeOption),
    display: buildDisplay(draft),
    raisedAt,
    ...(mcpServerHash !== undefined && { mcpServerHash }),
    ...(questions && { questions }),
    ...(elicitation && { elicitation }),
    ...(denyEndsTurn !== undefined && { denyEndsTurn }),
    ...(feedback && { feedback }),
  };
  return { request, rawCharacters: canonical.length };
}

function safeAgent(agent: AgentInfo): AgentInfo {
  const name = oneLine(agent.name, MAX_NAME);
  const version = oneLine(agent.version, MAX_NAME);
  return name === agent.name && version === agent.version ? agent : { ...agent, name, version };
}

function safeSession(session: SessionRef): SessionRef {
  const title = oneLine(session.title, MAX_TITLE);
  return title === session.title ? session : { ...session, title };
}

/** Only the words: the id and the native value go back to the agent as they came. */
function safeOption(option: PermissionOption): PermissionOption {
  const label = oneLine(option.label, MAX_TITLE);
  const nativeScope = oneLine(option.nativeScope, MAX_TITLE);
  return label === option.label && nativeScope === option.nativeScope
    ? option
    : { ...option, label, nativeScope };
}
