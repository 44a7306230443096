/** The push services of the browser vendors: Chrome and Chromium, Firefox, Safari, Edge. */
const HOSTS: ReadonlySet<string> = new Set([
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
]);
const BELOW: readonly string[] = ['.push.apple.com', '.notify.windows.com'];

/**
 * Whether a push message may be sent to `endpoint`. A paired phone chooses the endpoint, so without this it could make
 * the extension send requests anywhere, the local network included.
 */
export function isPushEndpoint(endpoint: string): boolean {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' || url.username || url.password || url.port) return false;
  return HOSTS.has(url.hostname) || BELOW.some((suffix) => url.hostname.endsWith(suffix));
}
