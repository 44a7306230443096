import { isJsonObject, stringAt } from '../../base/json.ts';
import type { ReplayEvent } from '../agent.ts';
import * as errors from '../connectionErrors.ts';
import { PartCalls } from '../openCodeParts.ts';
import { ApiError, type OpenCodeApi } from './api.ts';
import { AGENT, readPart } from './frames.ts';
import type { NativeRule } from './rules.ts';

/** A session that asks: our rules are the last of it, so they count. */
interface OpenSession {
  readonly id: string;
  /** What was said in it before. */
  readonly replay: readonly ReplayEvent[];
}

/** Rejects when OpenCode does not take the rules; then nothing was sent to the session. */
export async function newSession(
  api: OpenCodeApi,
  title: string,
  rules: readonly NativeRule[],
): Promise<OpenSession> {
  const opened = await api.post('/session', { title, permission: rules });
  return { id: asking(opened, rules), replay: [] };
}

/** A session that was closed with its server. It gets our rules again: the person's settings can be others now. */
export async function earlierSession(
  api: OpenCodeApi,
  id: string,
  rules: readonly NativeRule[],
): Promise<OpenSession> {
  const path = `/session/${encodeURIComponent(id)}`;
  try {
    // What is sent is added at the end of what the session has (measured, 1.18.33).
    await api.patch(path, { permission: rules });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404)
      throw errors.notResumed(AGENT.name, 'it does not know it any more.');
    throw error;
  }
  if (asking(await api.get(path), rules) !== id)
    throw errors.notResumed(AGENT.name, 'it opened another one.');
  return { id, replay: replayOf(await api.get(`${path}/message`)) };
}

function asking(session: unknown, rules: readonly NativeRule[]): string {
  const told = isJsonObject(session) ? session['permission'] : undefined;
  const last = Array.isArray(told) ? told.slice(-rules.length) : [];
  if (JSON.stringify(last) !== JSON.stringify(rules))
    throw errors.notGated(
      AGENT.name,
      'it does not take the rules of a session',
      'Update it, then start again.',
    );
  const id = stringAt(session, 'id');
  if (!id) throw errors.agentError(AGENT.name, 'it opened no session');
  return id;
}

function replayOf(messages: unknown): ReplayEvent[] {
  const calls = new PartCalls(AGENT.name);
  return (Array.isArray(messages) ? messages.filter(isJsonObject) : []).flatMap((message) => {
    const isUser = stringAt(message['info'], 'role') === 'user';
    const parts = Array.isArray(message['parts']) ? message['parts'] : [];
    return parts.flatMap((value): ReplayEvent[] => {
      const part = readPart(value);
      // Only the calls: who was asked for them then is not known any more.
      if (part?.content.kind === 'tool')
        return calls.update(part.content.tool).filter(({ kind }) => kind === 'toolCall');
      const text = stringAt(value, 'text');
      if (text === undefined || stringAt(value, 'type') !== 'text') return [];
      const messageId = stringAt(message['info'], 'id') ?? '';
      return [isUser ? { kind: 'user', text } : { kind: 'text', text, messageId }];
    });
  });
}
