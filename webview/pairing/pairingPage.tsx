import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PairingView, QrCode } from '../../src/protocol/pairingMessages.ts';
import { post } from '../shared/host.ts';
import { Button } from '../shared/toolkit.ts';

/** The pairing panel: one step at a time. */
export function PairingPage({ view }: { readonly view: PairingView }): VNode {
  switch (view.kind) {
    case 'starting':
      return <Step title="Pair a phone">Starting…</Step>;
    case 'code':
      return <CodeStep key={view.url} view={view} />;
    case 'digits':
      return <DigitsStep view={view} />;
    case 'paired':
      return <PairedStep view={view} />;
    case 'over':
      return (
        <Step title="No phone was paired">
          <p>{view.text}</p>
          <Actions>
            <NewCode />
            <Close />
          </Actions>
        </Step>
      );
  }
}

/** What a screen reader says when the step begins. */
export function spoken(view: PairingView): string {
  switch (view.kind) {
    case 'starting':
      return '';
    case 'code':
      return 'A code is shown. Scan it with the phone, or copy its link.';
    case 'digits':
      return view.triesLeft < MAX_TRIES
        ? wrongWords(view.triesLeft)
        : `${view.name} has scanned the code. Type the six digits that it shows.`;
    case 'paired':
      return `${view.name} is paired.`;
    case 'over':
      return view.text;
  }
}

const MAX_TRIES = 3;

function wrongWords(triesLeft: number): string {
  const tries = triesLeft === 1 ? '1 try is' : `${triesLeft} tries are`;
  return `The phone shows other digits. It is not paired yet; ${tries} left.`;
}

function CodeStep({ view }: { readonly view: Extract<PairingView, { kind: 'code' }> }): VNode {
  const [copied, setCopied] = useState(false);
  const { fingerprint, over, qr, url } = view;
  return (
    <Step title="Pair a phone">
      <p>
        Scan this with the phone's camera and open the page.
        {over === 'lan' && ' The phone has to be in the same network as this computer.'}
      </p>
      <Qr code={qr} />
      <p class="cs-mute cs-num">
        The code works once. <Left until={view.expiresAt} />
      </p>
      <label class="cs-pair-link">
        Or open this link on the phone. Whoever has it can try to pair, so send it to nobody.
        <input readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <Actions>
        <Button
          onPress={() => {
            post({ type: 'copyLink' });
            setCopied(true);
          }}
        >
          {copied ? 'Copied' : 'Copy link'}
        </Button>
        <NewCode />
      </Actions>
      {fingerprint !== undefined && <Warning fingerprint={fingerprint} />}
    </Step>
  );
}

/** What the browser of the phone says about a certificate that this extension made. */
function Warning({ fingerprint }: { readonly fingerprint: string }): VNode {
  return (
    <details class="cs-pair-more">
      <summary>The phone says that the connection is not private</summary>
      <p>
        It does so once, because this computer made its own certificate. Choose to go on. To be sure
        that it is this computer, compare the SHA-256 fingerprint of the certificate:
      </p>
      <p>
        <code>{fingerprint}</code>
      </p>
    </details>
  );
}

function DigitsStep({ view }: { readonly view: Extract<PairingView, { kind: 'digits' }> }): VNode {
  const [digits, setDigits] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const { name, triesLeft } = view;
  const wrong = triesLeft < MAX_TRIES ? wrongWords(triesLeft) : undefined;
  const isWhole = /^\d{6}$/.test(digits.replace(/\s/g, ''));
  // A wrong try empties the field.
  useEffect(() => {
    setDigits('');
    field.current?.focus();
  }, [triesLeft]);
  const send = () => {
    if (isWhole) post({ type: 'digits', digits });
  };
  return (
    <Step title={`Pair ${name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label class="cs-pair-digits">
          Type the six digits that the phone shows.
          <input
            ref={field}
            value={digits}
            inputMode="numeric"
            autocomplete="off"
            maxLength={9}
            aria-invalid={wrong !== undefined}
            aria-describedby="wrong"
            onInput={(event) => setDigits(event.currentTarget.value)}
          />
        </label>
        <p id="wrong" class="cs-pair-wrong">
          {wrong}
        </p>
        <Actions>
          <Button look="primary" off={!isWhole} onPress={send}>
            Pair
          </Button>
          <NewCode />
        </Actions>
      </form>
      <p class="cs-mute">
        No digits on your phone? Then somebody else has scanned the code: make a new one.
      </p>
    </Step>
  );
}

function PairedStep({ view }: { readonly view: Extract<PairingView, { kind: 'paired' }> }): VNode {
  return (
    <Step title={`${view.name} is paired.`}>
      <p>It shows what waits here and can answer it. The first answer counts.</p>
      {view.isConfirmedHere && (
        <p>
          What it always allows, and high-risk requests that it allows, you confirm here as well,
          because it is paired over the local network.
        </p>
      )}
      <Actions>
        <Close />
        <Button onPress={() => post({ type: 'newCode' })}>Pair another phone</Button>
      </Actions>
    </Step>
  );
}

interface StepProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Step({ title, children }: StepProps): VNode {
  return (
    <main class="cs-pair">
      <h2>{title}</h2>
      {children}
    </main>
  );
}

function Actions({ children }: { readonly children: ComponentChildren }): VNode {
  return <div class="cs-pair-actions">{children}</div>;
}

function NewCode(): VNode {
  return <Button onPress={() => post({ type: 'newCode' })}>New code</Button>;
}

function Close(): VNode {
  return <Button onPress={() => post({ type: 'close' })}>Close</Button>;
}

/** Always dark on white, whatever the theme: cameras read nothing else. */
function Qr({ code }: { readonly code: QrCode }): VNode {
  const side = code.size + 8;
  return (
    <svg class="cs-pair-qr" role="img" aria-label="QR code" viewBox={`-4 -4 ${side} ${side}`}>
      <rect x="-4" y="-4" width={side} height={side} fill="#fff" />
      <path d={code.path} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}

/** Counts down, in the page only: a screen reader is not told each second. */
function Left({ until }: { readonly until: number }): VNode {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return <span>It is too old in {text}.</span>;
}
