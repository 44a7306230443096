import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import { parseRegistry, type Registry } from './format.ts';

/** The official one has some 100 kB. */
const MAX_BYTES = 4 * 1024 * 1024;

const NEXT =
  'Choose one of the agents that Countersign knows; they need no registry. The address is the setting countersign.registry.url.';

/**
 * Reads a registry from its address: `https`, or `http` on this machine. Waits as long as the server does; `signal` ends it.
 * Rejects with a {@link UserError}. No redirects: the address is what the person chose.
 */
export async function readRegistry(address: string, signal: AbortSignal): Promise<Registry> {
  const url = allowed(address);
  let text: string;
  try {
    const response = await fetch(url, {
      signal,
      redirect: 'error',
      headers: { accept: 'application/json' },
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw failed(`${url.host} answered ${response.status}`);
    }
    text = await bodyOf(response, url.host);
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error;
    throw failed(`${url.host} cannot be reached: ${reasonOf(error)}`, error);
  }
  const parsed = parseRegistry(text);
  if (!parsed.ok) throw failed(`what ${url.host} sent is no registry: ${parsed.error}`);
  return parsed.value;
}

function allowed(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|localhost)$/.test(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw failed(`"${address}" is not an https address`);
}

async function bodyOf(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw failed(`what ${host} sent is larger than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function failed(what: string, cause?: unknown): UserError {
  return new UserError(
    'registryFailed',
    `The ACP registry could not be read (${safeText(what)}). Nothing was started.`,
    NEXT,
    { cause },
  );
}

/** `fetch` says only "fetch failed"; why, its cause knows. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
