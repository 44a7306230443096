import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Note } from '../shared/notes.tsx';
import { Button, TextField } from '../shared/toolkit.ts';
import type { App } from './app.ts';
import { VersionBanners } from './frame.tsx';
import type { PairState } from './pairing.ts';
import { pairFailure, revokedSentence } from './words.ts';

/** From the scanned code to the moment when the desktop has taken the digits. */
export function PairScreen({ app }: { readonly app: App }): VNode {
  const pending = app.workspaces.find(({ phase }) => phase === 'pending');
  const state: PairState =
    app.pairState ??
    (pending ? { kind: 'digits', digits: pending.digits } : { kind: 'asking', slow: false });
  return (
    <main class="p-pair">
      <h1>Pair this phone with your desktop</h1>
      <div role="status">
        <VersionBanners app={app} />
      </div>
      <PairStep state={state} />
      <div class="end">
        {state.kind === 'failed' && app.workspaces.length === 0 && <PasteLink app={app} />}
        <p class="cs-mute p-small">
          Requests are encrypted between the two devices. You can unpair in VS Code at any time.
        </p>
        <Button class="wide" onPress={() => void app.cancelPairing()}>
          {state.kind === 'failed' ? 'Close' : 'Cancel'}
        </Button>
      </div>
    </main>
  );
}

function PairStep({ state }: { readonly state: PairState }): VNode {
  switch (state.kind) {
    case 'asking':
      return (
        <p role="status">
          {state.slow
            ? 'VS Code does not answer. Check that this phone is on the same network and that VS Code still shows the code. It is tried again all the time.'
            : 'Asking VS Code…'}
        </p>
      );
    case 'digits':
      return (
        <>
          <p>Type these six digits in VS Code.</p>
          <div class="p-code" role="img" aria-label={`Six digits: ${[...state.digits].join(' ')}`}>
            {[...state.digits].map((digit, at) => (
              <b key={at} class={at === 3 ? 'half' : undefined} aria-hidden="true">
                {digit}
              </b>
            ))}
          </div>
          <p class="cs-mute p-small" role="status">
            Waiting for VS Code. If it shows that it was paired with other digits, it was not this
            phone.
          </p>
        </>
      );
    case 'failed':
      return <Note icon="error" tone="err" text={pairFailure(state.why)} alert />;
  }
}

/** The page without a pairing: says how to get one. */
export function UnpairedScreen({ app }: { readonly app: App }): VNode {
  return (
    <main class="p-pair">
      <h1>Pair this phone with your desktop</h1>
      {app.notice && (
        <Note icon="info" text={revokedSentence(app.notice.name, app.notice.reason)} />
      )}
      <ol class="cs-mute">
        <li>
          In VS Code, run <b>Countersign: Pair Phone</b>.
        </li>
        <li>Scan the code that it shows with the camera of this phone.</li>
        <li>Type the six digits that this page then shows into VS Code.</li>
      </ol>
      <div class="end">
        <PasteLink app={app} />
        <p class="cs-mute p-small">
          A page on the Home Screen of an iPhone keeps its own keys: pair it there, with the link.
        </p>
      </div>
    </main>
  );
}

function PasteLink({ app }: { readonly app: App }): VNode {
  const [link, setLink] = useState('');
  const pair = () => {
    if (link.trim() !== '') void app.pair(link.trim().replace(/^.*#/, ''));
  };
  return (
    <div class="p-paste">
      <TextField
        value={link}
        label="Pairing link"
        placeholder="Or paste the pairing link"
        maxLength={2000}
        onText={setLink}
        onEnter={pair}
      />
      <Button off={link.trim() === ''} onPress={pair}>
        Pair
      </Button>
    </div>
  );
}
