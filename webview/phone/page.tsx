import type { VNode } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { AlwaysScreen } from './alwaysScreen.tsx';
import type { App } from './app.ts';
import { CardScreen } from './cardScreen.tsx';
import { hasCard } from './items.ts';
import { ListScreen } from './listScreen.tsx';
import { PairScreen, UnpairedScreen } from './pairScreen.tsx';
import { SettingsScreen } from './settingsScreen.tsx';

/** Draws what the app says. One screen at a time; the phone's own back button goes back. */
export function Page({ app }: { readonly app: App }): VNode {
  const [, render] = useState(0);
  useLayoutEffect(() => app.subscribe(() => render((count) => count + 1)), [app]);
  const { screen } = app;
  switch (screen.kind) {
    case 'pair':
      return <PairScreen app={app} />;
    case 'settings':
      return <SettingsScreen app={app} />;
    case 'card':
    case 'always': {
      const item = app.items.filter(hasCard).find(({ key }) => key === screen.key);
      if (!item) return <Home app={app} />;
      // Something else to look at is another card: nothing that was open or chosen stays.
      const key = item.message.digest;
      return screen.kind === 'card' ? (
        <CardScreen key={key} app={app} item={item} />
      ) : (
        <AlwaysScreen key={key} app={app} item={item} />
      );
    }
    case 'list':
      return <Home app={app} />;
  }
}

function Home({ app }: { readonly app: App }): VNode {
  const pending = app.workspaces.some(({ phase }) => phase === 'pending');
  if (pending) return <PairScreen app={app} />;
  return app.workspaces.length === 0 ? <UnpairedScreen app={app} /> : <ListScreen app={app} />;
}
