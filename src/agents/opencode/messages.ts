import { isJsonObject, stringAt } from '../../base/json.ts';
import type { OpenCodeApi } from './api.ts';
import { type Part, readPart } from './frames.ts';

/** One message of a session, as far as it can be read. */
interface Message {
  readonly messageId: string;
  readonly role: string;
  readonly parts: readonly Part[];
}

/** What was said in the session at `path` since then, in milliseconds since the epoch. */
export async function messagesSince(
  api: OpenCodeApi,
  path: string,
  since: number,
): Promise<readonly Message[]> {
  const messages = await api.get(`${path}/message`);
  return (Array.isArray(messages) ? messages : []).flatMap((message): Message[] => {
    if (!isJsonObject(message) || !isJsonObject(message['info'])) return [];
    const { info, parts } = message;
    const created = isJsonObject(info['time']) ? info['time']['created'] : undefined;
    if (typeof created !== 'number' || created < since) return [];
    return [
      {
        messageId: stringAt(info, 'id') ?? '',
        role: stringAt(info, 'role') ?? '',
        parts: (Array.isArray(parts) ? parts : []).flatMap((part) => readPart(part) ?? []),
      },
    ];
  });
}
