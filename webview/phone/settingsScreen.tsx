import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../shared/toolkit.ts';
import type { App } from './app.ts';
import { Desktop, Top } from './frame.tsx';
import { NotifyOffer } from './notifyOffer.tsx';
import type { Preferences, Workspace } from './records.ts';

/** The paired desktops, and how this phone calls. */
export function SettingsScreen({ app }: { readonly app: App }): VNode {
  const { preferences } = app;
  return (
    <>
      <Top title="Settings" onBack={() => app.show({ kind: 'list' })} />
      <main class="p-body flat">
        <section class="p-section" aria-labelledby="desktops">
          <h2 id="desktops">Paired desktops</h2>
          {app.workspaces.map((workspace) => (
            <DesktopRow key={workspace.id} app={app} workspace={workspace} />
          ))}
          <p class="cs-mute p-small">
            To pair another one, run <b>Countersign: Pair Phone</b> there and scan its code.
          </p>
        </section>
        {preferences && (
          <section class="p-section" aria-labelledby="calls">
            <h2 id="calls">When a request comes</h2>
            <Toggle app={app} preferences={preferences} name="vibrate" label="Vibrate" />
            <Toggle app={app} preferences={preferences} name="sound" label="Play a sound" />
            <Toggle
              app={app}
              preferences={preferences}
              name="details"
              label="Show the request in notifications, on the lock screen as well"
            />
            <NotifyOffer app={app} />
          </section>
        )}
      </main>
    </>
  );
}

interface ToggleProps {
  readonly app: App;
  readonly preferences: Preferences;
  readonly name: keyof Preferences;
  readonly label: string;
}

function Toggle({ app, preferences, name, label }: ToggleProps): VNode {
  return (
    <label class="cs-opt">
      <input
        type="checkbox"
        checked={preferences[name]}
        onChange={(event) =>
          void app.prefer({ ...preferences, [name]: event.currentTarget.checked })
        }
      />
      <span>{label}</span>
    </label>
  );
}

const WAYS = { lan: 'On the local network', relay: 'Over the relay' } as const;

function DesktopRow({
  app,
  workspace,
}: {
  readonly app: App;
  readonly workspace: Workspace;
}): VNode {
  const [sure, setSure] = useState(false);
  return (
    <div class="p-desktop">
      <Desktop app={app} workspace={workspace} />
      <span class="cs-mute p-small">{workspace.transport ? WAYS[workspace.transport] : ''}</span>
      {sure ? (
        <>
          <Button onPress={() => setSure(false)}>Keep</Button>
          <Button onPress={() => void app.unpair(workspace.id)}>Delete its keys here</Button>
        </>
      ) : (
        <Button onPress={() => setSure(true)}>Unpair</Button>
      )}
    </div>
  );
}
