import type { ComponentChildren, VNode } from 'preact';
import type { App } from './app.ts';
import type { ConnectionState } from './connection.ts';
import { olderSide, type Workspace } from './records.ts';
import { connectionBanner, versionSentence } from './words.ts';

export interface TopProps {
  readonly title: string;
  readonly onBack?: () => void;
  readonly children?: ComponentChildren;
}

/** The bar on top of every screen. */
export function Top({ title, onBack, children }: TopProps): VNode {
  return (
    <header class="p-top">
      {onBack && (
        <button type="button" class="p-back" aria-label="Back" onClick={onBack}>
          <i class="codicon codicon-arrow-left" aria-hidden="true" />
        </button>
      )}
      <h1>{title}</h1>
      {children}
    </header>
  );
}

const LOOKS: Readonly<Record<ConnectionState['kind'], { icon: string; spoken: string }>> = {
  connecting: { icon: 'sync codicon-modifier-spin', spoken: 'connecting' },
  connected: { icon: 'vm-active p-ok', spoken: 'connected' },
  reconnecting: { icon: 'sync codicon-modifier-spin', spoken: 'reconnecting' },
  unreachable: { icon: 'debug-disconnect p-err', spoken: 'cannot be reached' },
  gone: { icon: 'circle-slash p-err', spoken: 'no longer paired' },
};

/** A desktop and whether it can be reached. */
export function Desktop({ app, workspace }: { app: App; workspace: Workspace }): VNode {
  const { icon, spoken } = LOOKS[app.connection(workspace.id).kind];
  return (
    <span class="to" data-connection={app.connection(workspace.id).kind}>
      <i class={`codicon codicon-${icon}`} aria-hidden="true" />
      <span>{workspace.name || 'Desktop'}</span>
      <span class="cs-sr">{`: ${spoken}`}</span>
    </span>
  );
}

/** Says which side is too old to be understood, and how that is mended. */
export function VersionBanners({ app }: { readonly app: App }): VNode {
  return (
    <>
      {app.workspaces.map((workspace) => {
        const older = olderSide(workspace);
        return (
          older && (
            <div key={workspace.id} class="p-banner">
              <i class="codicon codicon-error" aria-hidden="true" />
              <span>
                <b>{older === 'page' ? 'This page is too old.' : 'The extension is too old.'}</b>
                {versionSentence(workspace, older)}
                {older === 'page' && (
                  <button type="button" class="cs-link p-link" onClick={() => location.reload()}>
                    Reload the page
                  </button>
                )}
              </span>
            </div>
          )
        );
      })}
    </>
  );
}

/** Says what is wrong with the connections that are not there, one sentence each. */
export function Banners({ app, only }: { readonly app: App; readonly only?: string }): VNode {
  return (
    <div role="status">
      <VersionBanners app={app} />
      {app.workspaces.map((workspace) => {
        const state = app.connection(workspace.id);
        const banner = connectionBanner(workspace, state, app.heardAt(workspace));
        if (!banner || (only !== undefined && only !== workspace.id)) return null;
        return (
          <div key={workspace.id} class="p-banner">
            <i class="codicon codicon-debug-disconnect" aria-hidden="true" />
            <span>
              <b>{banner.strong}</b>
              {banner.text}
              {banner.again && (
                <button type="button" class="cs-link p-link" onClick={() => app.wake()}>
                  Try again
                </button>
              )}
              {banner.forget && (
                <button
                  type="button"
                  class="cs-link p-link"
                  onClick={() => void app.forget(workspace.id)}
                >
                  Forget this desktop
                </button>
              )}
            </span>
          </div>
        );
      })}
    </div>
  );
}
