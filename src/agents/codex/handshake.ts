import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import { safeText } from '../../permission/spans.ts';
import { OWN_SETTINGS } from '../../protocol/asksFor.ts';
import type { UserError } from '../../protocol/userError.ts';
import { notResumed } from '../connectionErrors.ts';
import type { Reply } from './calls.ts';
import * as errors from './errors.ts';

/** How a handshake speaks: requests of ours, and the one notification. */
export interface Rpc {
  call(method: string, params: JsonObject): Promise<Reply>;
  notify(method: string): void;
}

/** A thread that asks before each call. */
export interface OpenThread {
  readonly threadId: string;
  readonly version: string;
  /** Commands run in Codex's own sandbox unless they ask to leave it. */
  readonly sandboxed: boolean;
  /** See `AgentConnection.asksFor`. */
  readonly asksFor: string;
  /** The turns that a resumed thread has had, as Codex tells them. */
  readonly turns: readonly JsonObject[];
  /** What Codex said of the thread when it opened it. */
  readonly settings: JsonObject;
}

/** The policy under which Codex asks for every command and every change, whatever its sandbox allows (measured). */
const POLICY = 'untrusted';
/** A person, not a model of Codex's that reviews in our place. */
const REVIEWER = 'user';

/**
 * Shakes hands and opens a thread. Throws before anything runs when Codex would not ask, nobody is signed in, or it is
 * another program. `resume` is the id of an earlier thread, which gets the same policy.
 */
export async function openThread(
  rpc: Rpc,
  cwd: string,
  resume: string | undefined,
): Promise<OpenThread> {
  const hello = await required(rpc, 'initialize', {
    clientInfo: { name: 'countersign', title: 'Countersign', version: '0.1.0' },
    // Without it Codex leaves fields out of what it asks, such as the extra permissions of a command (measured).
    capabilities: { experimentalApi: true, requestAttestation: false },
  });
  if (stringAt(hello, 'codexHome') === undefined)
    throw errors.noHandshake('its first answer names no home');
  rpc.notify('initialized');
  await refuseWithoutAccount(rpc);
  const read = await required(rpc, 'config/read', { cwd });
  const config = isJsonObject(read['config']) ? read['config'] : {};
  const params = threadParams(cwd, config);
  const opened = await (resume === undefined
    ? rpc.call('thread/start', params)
    : rpc.call('thread/resume', { ...params, threadId: resume }));
  if (!opened.ok) throw whyNotOpened(opened.error, resume);
  const thread = opened.value['thread'];
  const threadId = stringAt(thread, 'id');
  if (!threadId || (resume !== undefined && threadId !== resume))
    throw errors.noHandshake('it opened no thread, or another one');
  const ungated = whyUngated(opened.value);
  if (ungated) throw ungated;
  return {
    threadId,
    version: safeText(stringAt(thread, 'cliVersion') ?? ''),
    sandboxed: stringAt(opened.value['sandbox'], 'type') !== 'dangerFullAccess',
    // Measured: a rule that allows, a hook and a tool that `config.toml` approves ask nobody, whatever the policy.
    asksFor: OWN_SETTINGS,
    turns: turnsOf(thread),
    settings: opened.value,
  };
}

/**
 * Why these settings (of `thread/start` or `thread/settings/updated`) mean that calls are let through, or that somebody
 * else is asked; `undefined` when they do not.
 */
export function whyUngated(settings: JsonObject): UserError | undefined {
  const { approvalPolicy, approvalsReviewer } = settings;
  if (approvalPolicy !== POLICY)
    return errors.notGated(`its approval policy is ${JSON.stringify(approvalPolicy ?? null)}`);
  if (approvalsReviewer !== undefined && approvalsReviewer !== REVIEWER)
    return errors.notGated(`its approvals are reviewed by ${JSON.stringify(approvalsReviewer)}`);
  return undefined;
}

/**
 * The person's own sandbox stays. Only where nothing is chosen Codex would take `read-only`, in which no allowed command
 * could write a file; its usual choice for a project is taken instead.
 */
function threadParams(cwd: string, config: JsonObject): JsonObject {
  const isChosen = config['sandbox_mode'] ?? config['default_permissions'];
  return {
    cwd,
    approvalPolicy: POLICY,
    approvalsReviewer: REVIEWER,
    ...(!isChosen && { sandbox: 'workspace-write' }),
    config: {
      mcp_servers: askingServers(config['mcp_servers']),
      apps: { _default: askingDefault(config['apps']) },
    },
  };
}

const MODE = 'default_tools_approval_mode';

/**
 * Codex runs a tool that calls itself read-only without a question (measured). Here the tool's word is not enough, unless
 * the person has chosen a mode for its server.
 */
function askingServers(servers: unknown): JsonObject {
  if (!isJsonObject(servers)) return {};
  return Object.fromEntries(
    Object.entries(servers)
      .filter(([, server]) => isJsonObject(server) && !server[MODE])
      .map(([name]) => [name, { [MODE]: 'prompt' }]),
  );
}

function askingDefault(apps: unknown): JsonObject {
  const chosen = isJsonObject(apps) && isJsonObject(apps['_default']) ? apps['_default'][MODE] : '';
  return chosen ? {} : { [MODE]: 'prompt' };
}

/** A provider that needs no account of OpenAI says so. Whether a key is right is known only when the model is asked. */
async function refuseWithoutAccount(rpc: Rpc): Promise<void> {
  const account = await rpc.call('account/read', { refreshToken: false });
  if (!account.ok) return;
  if (account.value['requiresOpenaiAuth'] === true && account.value['account'] === null)
    throw errors.notSignedIn('it has no account');
}

async function required(rpc: Rpc, method: string, params: JsonObject): Promise<JsonObject> {
  const reply = await rpc.call(method, params);
  if (!reply.ok) throw errors.noHandshake(`${method}: ${reply.error}`);
  return reply.value;
}

function turnsOf(thread: unknown): JsonObject[] {
  const turns = isJsonObject(thread) ? thread['turns'] : undefined;
  return Array.isArray(turns) ? turns.filter(isJsonObject) : [];
}

function whyNotOpened(words: string, resume: string | undefined): UserError {
  if (resume !== undefined) return notResumed('Codex', `${words}.`);
  return /approval|untrusted|reviewer|requirements/i.test(words)
    ? errors.notGated(words)
    : errors.refused(words);
}
