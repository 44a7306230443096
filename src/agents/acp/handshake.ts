import {
  type ClientConnection,
  type InitializeResponse,
  methods,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import type { UserError } from '../../protocol/userError.ts';
import { notResumed } from '../connectionErrors.ts';
import { agentError, errorWords, notSignedIn, wrongVersion } from './errors.ts';

/** How a handshake speaks. */
export interface HandshakeOptions {
  readonly sdk: ClientConnection;
  readonly agentName: string;
  /** Waits for an answer, but no longer than the agent lives. */
  ask<T>(answer: Promise<T>): Promise<T>;
}

/** JSON-RPC code of `auth_required`: https://agentclientprotocol.com/protocol/schema#errorcode */
export const AUTH_REQUIRED = -32000;

/** `initialize`. Rejects when the agent refuses, or speaks another version. */
export async function initialize(options: HandshakeOptions): Promise<InitializeResponse> {
  const { agentName, sdk } = options;
  const init = await options
    .ask(
      sdk.agent.request(methods.agent.initialize, {
        protocolVersion: PROTOCOL_VERSION,
        clientInfo: { name: 'countersign', version: '0.1.0' },
        // No `fs`, no `terminal`: with them an agent can write and run beside its own permission requests.
        clientCapabilities: {},
      }),
    )
    .catch((error: unknown) => {
      throw error instanceof RequestError ? agentError(agentName, errorWords(error)) : error;
    });
  if (init.protocolVersion !== PROTOCOL_VERSION)
    throw wrongVersion(agentName, init.protocolVersion, PROTOCOL_VERSION);
  return init;
}

/** `session/new`, or `session/load` of an earlier one. Rejects when there is no session afterwards. */
export async function openSession(
  options: HandshakeOptions,
  init: InitializeResponse,
  cwd: string,
  resume: string | undefined,
): Promise<void> {
  const { agentName, sdk } = options;
  const { session } = methods.agent;
  if (resume !== undefined && !canLoad(init))
    throw notResumed(agentName, 'it does not offer to load one.');
  try {
    const params = { cwd, mcpServers: [] };
    if (resume === undefined) await options.ask(sdk.agent.request(session.new, params));
    else await options.ask(sdk.agent.request(session.load, { ...params, sessionId: resume }));
  } catch (error) {
    if (error instanceof RequestError) throw whyNotOpened(error, agentName, init, resume);
    throw error;
  }
}

/** Whether its sessions can be opened again. */
export function canLoad({ agentCapabilities }: InitializeResponse): boolean {
  return agentCapabilities?.loadSession === true;
}

function whyNotOpened(
  error: RequestError,
  agentName: string,
  { authMethods }: InitializeResponse,
  resume: string | undefined,
): UserError {
  if (error.code === AUTH_REQUIRED) {
    const signIns = (authMethods ?? []).map((method) => method.name);
    return notSignedIn(agentName, error.message, signIns);
  }
  const words = errorWords(error);
  return resume === undefined ? agentError(agentName, words) : notResumed(agentName, `${words}.`);
}
