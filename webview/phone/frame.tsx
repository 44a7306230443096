import type { ComponentChildren, VNode } from 'preact';
import type { App } from './app.ts';
import { olderSide, type Workspace } from './records.ts';
import type { StreamState } from './streams.ts';
import { type Banner, connectionBanner, unheardBanner, versionSentence } from './words.ts';

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

const LOOKS: Readonly<Record<StreamState['kind'], { icon: string; spoken: string }>> = {
  connecting: { icon: 'sync codicon-modifier-spin', spoken: 'connecting' },
  connected: { icon: 'vm-active p-ok', spoken: 'connected' },
  reconnecting: { icon: 'sync codicon-modifier-spin', spoken: 'reconnecting' },
  unreachable: { icon: 'debug-disconnect p-err', spoken: 'cannot be reached' },
  unheard: { icon: 'debug-disconnect p-err', spoken: 'not heard' },
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

/** Says what is wrong with the connections that are not there, one sentence each; with `only`, with that one. */
export function Banners({ app, only }: { readonly app: App; readonly only?: string }): VNode {
  const shown = app.workspaces.filter(({ id }) => only === undefined || id === only);
  const unheard = shown.filter(({ id }) => app.connection(id).kind === 'unheard').length;
  return (
    <div role="status">
      <VersionBanners app={app} />
      <ConnectionBanner banner={unheardBanner(unheard)} />
      {shown.map((workspace) => (
        <ConnectionBanner
          key={workspace.id}
          banner={connectionBanner(workspace, app.connection(workspace.id), app.heardAt(workspace))}
          onAgain={() => app.wake()}
          onForget={() => void app.forget(workspace.id)}
        />
      ))}
    </div>
  );
}

interface ConnectionBannerProps {
  readonly banner: Banner | undefined;
  readonly onAgain?: () => void;
  readonly onForget?: () => void;
}

function ConnectionBanner({ banner, onAgain, onForget }: ConnectionBannerProps): VNode | null {
  if (!banner) return null;
  const { strong, text, action } = banner;
  return (
    <div class="p-banner">
      <i class="codicon codicon-debug-disconnect" aria-hidden="true" />
      <span>
        <b>{strong}</b>
        {text}
        {action && (
          <button
            type="button"
            class="cs-link p-link"
            onClick={action === 'again' ? onAgain : onForget}
          >
            {action === 'again' ? 'Try again' : 'Forget this desktop'}
          </button>
        )}
      </span>
    </div>
  );
}
