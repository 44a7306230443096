import { randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import {
  type AgentContext,
  agent,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import { isSampleWorkspace } from './sampleWorkspace.ts';
import { play, type Stage } from './script.ts';
import { startTeaServer } from './teaServer.ts';
import { Turn } from './turn.ts';
import { Workspace } from './workspace.ts';

/**
 * The demo agent: a program that speaks the Agent Client Protocol, asks for one of everything and does what it was
 * allowed, inside a sample workspace. It needs no key, no account and no internet.
 */

interface Session {
  readonly stage: Stage;
  readonly always: Set<string>;
  turn: AbortController | undefined;
}

const sessions = new Map<string, Session>();
let calls = 0;
let teaUrl: Promise<string> | undefined;

async function newSession(cwd: string): Promise<string> {
  const workspace = await Workspace.open(cwd);
  // It really changes files; in anybody's own project that would be rude.
  if (!(await isSampleWorkspace(workspace.folder)))
    throw RequestError.invalidParams(
      undefined,
      'The demo agent works only in its sample workspace',
    );
  const id = randomUUID();
  const stage: Stage = {
    workspace,
    teaUrl: () => {
      teaUrl ??= startTeaServer();
      return teaUrl;
    },
  };
  sessions.set(id, { stage, always: new Set(), turn: undefined });
  return id;
}

async function prompt(client: AgentContext, sessionId: string, text: string) {
  const session = sessions.get(sessionId);
  if (!session) throw RequestError.sessionNotFound(sessionId);
  if (session.turn) throw RequestError.invalidRequest(undefined, 'A turn is already running');
  const controller = new AbortController();
  session.turn = controller;
  const { signal } = controller;
  const { stage, always } = session;
  const turn = new Turn({ client, sessionId, signal, always, newCallId: () => `call-${++calls}` });
  try {
    await play(turn, stage, text);
    return { stopReason: 'end_turn' as const };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { stopReason: 'cancelled' as const };
  } finally {
    session.turn = undefined;
  }
}

const connection = agent({ name: 'countersign-demo' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: { name: 'countersign-demo', title: 'Demo agent', version: '1.0.0' },
    agentCapabilities: {},
  }))
  .onRequest(methods.agent.session.new, async ({ params }) => ({
    sessionId: await newSession(params.cwd),
  }))
  .onRequest(methods.agent.session.prompt, ({ params, client }) => {
    const texts = params.prompt.map((block) => (block.type === 'text' ? block.text : ''));
    return prompt(client, params.sessionId, texts.join('\n'));
  })
  .onNotification(methods.agent.session.cancel, ({ params }) => {
    sessions.get(params.sessionId)?.turn?.abort();
  })
  .connect(
    ndJsonStream(
      Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
      Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
    ),
  );

// The client is gone: nobody can allow anything any more.
void connection.closed.then(() => {
  for (const { turn } of sessions.values()) turn?.abort();
  process.exit(0);
});
