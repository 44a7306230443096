import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { PermissionOption } from '../../permission/request.ts';
import { quotedWords } from './shellWrapper.ts';

/** One of Codex's own decisions; `nativeDecision` is its value on the wire, word for word. */
export interface CodexOption extends PermissionOption {
  readonly nativeDecision: Json;
}

const THIS_CALL = 'This call';

const ACCEPT: CodexOption = {
  id: 'accept',
  label: 'Accept',
  kind: 'allow_once',
  nativeDecision: 'accept',
  nativeScope: THIS_CALL,
  bound: 'exact',
};

/** Lets the turn go on. Works even where `availableDecisions` does not list it (cmd-decline.ndjson). */
const DECLINE: CodexOption = {
  id: 'decline',
  label: 'Decline',
  kind: 'reject_once',
  nativeDecision: 'decline',
  nativeScope: THIS_CALL,
  bound: 'exact',
};

/** Ends the turn, so it comes after `decline`: a plain deny takes the first. */
const CANCEL: CodexOption = {
  id: 'cancel',
  label: 'Cancel',
  kind: 'reject_once',
  nativeDecision: 'cancel',
  nativeScope: 'This call, and Codex ends its turn',
  bound: 'exact',
};

/**
 * Measured with 0.169.0: after it Codex does not ask for the same command in the same directory again, and still asks for
 * another directory, for a terminal, for another shell and for leaving the sandbox. That is as narrow as our own rule.
 */
const COMMAND_FOR_SESSION: CodexOption = {
  id: 'acceptForSession',
  label: 'Accept for the session',
  kind: 'allow_always',
  nativeDecision: 'acceptForSession',
  nativeScope: 'The same command in the same folder, until the session ends',
  bound: 'exact',
};

/** Covers other content for the same path (file-acceptForSession.ndjson). */
const FILE_FOR_SESSION: CodexOption = {
  ...COMMAND_FOR_SESSION,
  nativeScope: 'Every change of these files, until the session ends',
  bound: 'wider',
};

/** The four decisions of `item/fileChange/requestApproval`. */
export const FILE_OPTIONS: readonly CodexOption[] = [ACCEPT, FILE_FOR_SESSION, DECLINE, CANCEL];

/**
 * The decisions of `item/commandExecution/requestApproval`. Codex lists some of the six; `decline` and `cancel` always
 * work, and `acceptForSession` does where Codex offers to remember at all. `accept` is offered only where Codex does.
 */
export function commandOptions(params: JsonObject): CodexOption[] {
  const listed = params['availableDecisions'];
  const offered = Array.isArray(listed) ? listed : undefined;
  const amendments = (offered ?? proposed(params)).flatMap((each) => amendmentOption(each) ?? []);
  const accepts = !offered || offered.includes('accept');
  const remembers =
    !offered ||
    offered.includes('acceptForSession') ||
    amendments.some(({ id }) => id === EXECPOLICY);
  const options = [
    ...(accepts ? [ACCEPT] : []),
    ...(remembers ? [COMMAND_FOR_SESSION] : []),
    ...amendments,
    DECLINE,
    CANCEL,
  ];
  return options.map((option, index) => ({ ...option, id: uniqueId(option.id, index, options) }));
}

const EXECPOLICY = 'acceptWithExecpolicyAmendment';
const NETWORK = 'applyNetworkPolicyAmendment';

/** For servers that do not say which decisions they take, but what they propose to remember. */
function proposed(params: JsonObject): Json[] {
  const words = params['proposedExecpolicyAmendment'];
  const hosts = params['proposedNetworkPolicyAmendments'];
  return [
    ...(Array.isArray(words) ? [{ [EXECPOLICY]: { execpolicy_amendment: words } }] : []),
    ...(Array.isArray(hosts)
      ? hosts.map((host): Json => ({ [NETWORK]: { network_policy_amendment: host } }))
      : []),
  ];
}

function amendmentOption(decision: Json): CodexOption | undefined {
  if (!isJsonObject(decision)) return undefined;
  const words = inner(decision, EXECPOLICY)?.['execpolicy_amendment'];
  if (Array.isArray(words)) return execpolicyOption(decision, words.map(String));
  const policy = inner(decision, NETWORK)?.['network_policy_amendment'];
  return policy === undefined ? undefined : networkOption(decision, policy);
}

/** Written to `$CODEX_HOME/rules`, for every session of every project, and covers more words after these. */
function execpolicyOption(decision: JsonObject, words: readonly string[]): CodexOption {
  const prefix = quotedWords(words);
  return {
    id: EXECPOLICY,
    label: `Accept, and always allow commands that begin with ${prefix}`,
    kind: 'allow_always',
    nativeDecision: decision,
    nativeScope: `Every command that begins with ${prefix}, everywhere, for good`,
    bound: 'wider',
  };
}

function networkOption(decision: JsonObject, policy: Json): CodexOption | undefined {
  const host = stringAt(policy, 'host');
  const action = stringAt(policy, 'action');
  if (host === undefined || (action !== 'allow' && action !== 'deny')) return undefined;
  return {
    id: NETWORK,
    label: `Always ${action} the network for ${host}`,
    kind: action === 'allow' ? 'allow_always' : 'reject_always',
    nativeDecision: decision,
    nativeScope: `Everything that any command does with ${host}`,
    bound: 'wider',
  };
}

function inner(decision: JsonObject, key: string): JsonObject | undefined {
  const value = Object.hasOwn(decision, key) ? decision[key] : undefined;
  return isJsonObject(value) ? value : undefined;
}

/** Two amendments of one kind must not share an id: choosing one would choose the other. */
function uniqueId(id: string, index: number, all: readonly CodexOption[]): string {
  const before = all.slice(0, index).filter((option) => option.id === id).length;
  return before === 0 ? id : `${id}-${before + 1}`;
}

/**
 * The answers to `item/permissions/requestApproval`, whole. Codex adds the permissions to every command until the turn or
 * the session ends; none of them is only for one call.
 */
export function permissionsOptions(permissions: JsonObject): CodexOption[] {
  // Codex sends `null` for what is not asked for, and does not take it back.
  const granted = Object.fromEntries(
    Object.entries(permissions).filter(([, value]) => value !== null),
  );
  return [
    {
      ...ACCEPT,
      label: 'Grant for the turn',
      nativeDecision: { permissions: granted, scope: 'turn' },
      nativeScope: 'Every command until the turn ends',
    },
    {
      ...COMMAND_FOR_SESSION,
      label: 'Grant for the session',
      nativeDecision: { permissions: granted, scope: 'session' },
      nativeScope: 'Every command until the session ends',
      bound: 'wider',
    },
    { ...DECLINE, nativeDecision: NO_PERMISSIONS },
  ];
}

/** Grants nothing (permissions-deny.ndjson). */
export const NO_PERMISSIONS: JsonObject = { permissions: {}, scope: 'turn' };

/**
 * The answers to `mcpServer/elicitation/request`, whole. `persist` names what Codex would remember: the tool with any
 * arguments (mcp-elicitation-session.ndjson).
 */
export function elicitationOptions(persist: readonly string[]): CodexOption[] {
  const always = persist.filter((scope) => scope === 'session' || scope === 'always');
  return [
    { ...ACCEPT, nativeDecision: elicitationAnswer('accept') },
    ...always.map((scope): CodexOption => {
      const until = scope === 'session' ? 'until the session ends' : 'for good';
      return {
        id: `accept-${scope}`,
        label: scope === 'session' ? 'Accept for the session' : 'Accept always',
        kind: 'allow_always',
        nativeDecision: { ...elicitationAnswer('accept'), _meta: { persist: scope } },
        nativeScope: `Every call of this tool, with any arguments, ${until}`,
        bound: 'wider',
      };
    }),
    { ...DECLINE, nativeDecision: elicitationAnswer('decline') },
    { ...CANCEL, nativeDecision: elicitationAnswer('cancel') },
  ];
}

/** The answer to an elicitation; `content` only for a form that was filled in. */
export function elicitationAnswer(
  action: 'accept' | 'decline' | 'cancel',
  content: JsonObject | null = null,
): JsonObject {
  return { action, content, _meta: null };
}

/** `ReviewDecision` of the older requests: the same decisions under other names. */
export const LEGACY_OPTIONS: readonly CodexOption[] = [
  { ...ACCEPT, nativeDecision: 'approved' },
  { ...DECLINE, nativeDecision: { denied: { rejection: 'Denied in Countersign.' } } },
  { ...CANCEL, nativeDecision: 'abort' },
];

/** `approved_for_session`: not measured, because a thread of today never asks so. */
export const LEGACY_FOR_SESSION: CodexOption = {
  ...COMMAND_FOR_SESSION,
  nativeDecision: 'approved_for_session',
  nativeScope: 'As far as Codex decides, until the session ends',
  bound: 'unknown',
};
