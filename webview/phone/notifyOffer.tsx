import type { VNode } from 'preact';
import { Button } from '../shared/toolkit.ts';
import type { App } from './app.ts';

/** Asks for notifications where they can be had; only ever on a press. */
export function NotifyOffer({ app }: { readonly app: App }): VNode | null {
  switch (app.pushState) {
    case 'unavailable':
    case 'on':
      return null;
    case 'blocked':
      return (
        <p class="cs-mute p-small">
          Notifications are blocked for this page. Allow them in the settings of the browser to hear
          of requests while it is closed.
        </p>
      );
    case 'failed':
      return (
        <p class="cs-mute p-small" role="alert">
          The browser could not be reached for notifications. Requests still appear while this page
          is open.
          <button type="button" class="cs-link p-link" onClick={() => void app.enablePush()}>
            Try again
          </button>
        </p>
      );
    case 'off':
      return (
        <div class="p-offer">
          <p class="p-small">
            Get a notification when an agent asks, also when this page is closed.
          </p>
          <Button onPress={() => void app.enablePush()}>Notify me</Button>
        </div>
      );
  }
}
