/**
 * Tells whether the server of this page takes many requests over one connection, once the first one to a mailbox has
 * come back. A browser that does not say counts as "many": every one that is supported does.
 */
export function watchServer(onKnown: (many: boolean) => void): void {
  const observer = new PerformanceObserver((list) => {
    const entry = list.getEntries().find(isToMailbox);
    if (!entry) return;
    observer.disconnect();
    onKnown(!entry.nextHopProtocol.startsWith('http/1'));
  });
  observer.observe({ type: 'resource', buffered: true });
}

function isToMailbox(entry: PerformanceEntry): entry is PerformanceResourceTiming {
  return entry instanceof PerformanceResourceTiming && /^https?:\/\/[^/]+\/m\//.test(entry.name);
}
