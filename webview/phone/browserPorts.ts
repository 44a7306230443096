import type { ConnectionPorts } from './connection.ts';

/** The browser's own clock and network. */
export const browserPorts: ConnectionPorts = {
  fetch: (path, init) => fetch(path, { ...init, cache: 'no-store' }),
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  isVisible: () => document.visibilityState === 'visible',
};
