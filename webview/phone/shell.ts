import type { FetchEvent } from './workerTypes.ts';

const CACHE = 'countersign-page';
const PAGE = './';
const FILES = [PAGE, 'app.js', 'style.css', 'icons.svg', 'manifest.webmanifest', 'icon-192.png'];
/** With a slow network the page that is here already is better than a late one. */
const PATIENCE_MS = 3000;

/** Puts the page into the cache, so that it opens without a network. */
export async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })));
}

/** The network first, so that a new version is here at once; what was kept when it does not answer. */
export function answerFromCache(event: FetchEvent): void {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const isPage = request.mode === 'navigate';
  if (!isPage && !FILES.some((file) => new URL(file, location.href).pathname === url.pathname))
    return;
  event.respondWith(networkFirst(request, isPage));
}

async function networkFirst(request: Request, isPage: boolean): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (
      response.ok &&
      response.type === 'basic' &&
      !response.redirected &&
      isKept(response, isPage)
    )
      await cache.put(isPage ? PAGE : request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(isPage ? PAGE : request);
    if (kept) return kept;
    throw error;
  }
}

/** Somebody can open a picture of the page by its address: it must not take the place of the page. */
function isKept(response: Response, isPage: boolean): boolean {
  return !isPage || response.headers.get('content-type')?.startsWith('text/html') === true;
}
