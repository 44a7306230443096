import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'notText' };

/**
 * Reads the body of a request, at most `maxBytes`; `onBody` hears once. A larger one is not read to its end: what the
 * sender announces is believed when it is too much, and counted in any case. Nothing is heard of a sender who goes away
 * in the middle.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  onBody: (body: Body) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = () => {
    request.off('data', onData).off('end', onEnd).pause();
    onBody({ kind: 'tooLarge' });
  };
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) tooLarge();
    else chunks.push(chunk);
  };
  const onEnd = () => onBody(decoded(Buffer.concat(chunks)));
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) tooLarge();
  else request.on('data', onData).once('end', onEnd);
}

function decoded(bytes: Buffer): Body {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'text', text };
  } catch {
    return { kind: 'notText' };
  }
}
