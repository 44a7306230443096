import type { App, Screen } from './app.ts';

/** Lets the phone's own back button go from a card to the list, and no further than this page. */
export function watchHistory(app: App): void {
  let depth = 0;
  let shown = app.screen.kind;
  app.subscribe(() => {
    const { kind } = app.screen;
    if (kind === shown) return;
    shown = kind;
    const next = depthOf(app.screen);
    if (next > depth) history.pushState(next, '');
    else if (next < depth && Number(history.state) > next) history.go(next - depth);
    depth = next;
  });
  window.addEventListener('popstate', ({ state }) => {
    const target = Number(state ?? 0);
    if (target >= depth) return;
    const { screen } = app;
    depth = target;
    shown = screen.kind === 'always' && target === 1 ? 'card' : 'list';
    app.show(
      screen.kind === 'always' && target === 1
        ? { kind: 'card', key: screen.key }
        : { kind: 'list' },
    );
  });
}

function depthOf({ kind }: Screen): number {
  switch (kind) {
    case 'list':
    case 'pair':
      return 0;
    case 'card':
    case 'settings':
      return 1;
    case 'always':
      return 2;
  }
}
