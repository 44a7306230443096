import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CardView } from '../../src/protocol/cardView.ts';
import { useArming } from './arming.ts';
import { watchNear } from './near.ts';
import { Button } from './toolkit.ts';
import type { CardAnswer } from './types.ts';

/** What is open below the buttons; never more than one. */
export type Panel = 'none' | 'always' | 'never' | 'options' | 'feedback';

/** What the parts of one waiting card share. */
export interface CardUi {
  readonly card: CardView;
  /** An answer is on its way. */
  readonly sent: boolean;
  readonly panel: Panel;
  readonly setPanel: (panel: Panel) => void;
  readonly answer: (answer: CardAnswer) => void;
  /** The answers to the card's questions, once there is one for each. */
  readonly answers: Readonly<Record<string, string>> | undefined;
  /** Says at the fields of a form why they do not fit; absent where there is no form. */
  readonly tellMissing: (() => void) | undefined;
}

/** The decision row. Far from the part of the list on show it is only as high as it will be. */
export function Decide({ ui, eager }: { readonly ui: CardUi; readonly eager: boolean }): VNode {
  const row = useRef<HTMLElement>(null);
  const [near, setNear] = useState(eager);
  useEffect(() => (row.current ? watchNear(row.current, setNear) : undefined), []);
  return (
    <footer class="cs-decide" ref={row}>
      {(near || ui.panel !== 'none') && <DecideButtons ui={ui} />}
    </footer>
  );
}

function DecideButtons({ ui }: { readonly ui: CardUi }): VNode {
  const { card, sent, panel, setPanel } = ui;
  const { isArming, epoch } = useArming(card.id);
  const off = isArming || sent;
  const toggle = (which: Panel) => setPanel(panel === which ? 'none' : which);
  return (
    <>
      {card.display.questions ? (
        <AnswerButtons ui={ui} off={off} />
      ) : (
        <AllowButtons ui={ui} off={off} toggle={toggle} />
      )}
      <Button
        look="icon"
        label="More ways to answer"
        expanded={panel === 'options' || panel === 'feedback' || panel === 'never'}
        off={off}
        onPress={() => toggle('options')}
      >
        <i class="codicon codicon-ellipsis" aria-hidden="true" />
      </Button>
      {isArming && <div key={epoch} class="cs-arming" />}
    </>
  );
}

function AnswerButtons({ ui, off }: { readonly ui: CardUi; readonly off: boolean }): VNode {
  const { answer, answers, tellMissing } = ui;
  return (
    <>
      <Button class="deny" off={off} onPress={() => answer({ outcome: 'deny' })}>
        Skip
      </Button>
      <Button
        class="allow"
        look="primary"
        off={off || !(answers ?? tellMissing)}
        onPress={() => (answers ? answer({ outcome: 'allow', answers }) : tellMissing?.())}
      >
        Send answer
      </Button>
    </>
  );
}

interface AllowButtonsProps {
  readonly ui: CardUi;
  readonly off: boolean;
  readonly toggle: (panel: Panel) => void;
}

function AllowButtons({ ui, off, toggle }: AllowButtonsProps): VNode {
  const { card, answer, panel } = ui;
  return (
    <>
      <Button class="deny" off={off} onPress={() => answer({ outcome: 'deny' })}>
        Deny
      </Button>
      <Button
        class="allow"
        look={card.display.risk || !card.canAllow ? 'secondary' : 'primary'}
        off={off || !card.canAllow}
        onPress={() => answer({ outcome: 'allow' })}
      >
        Allow once
      </Button>
      {card.canHaveRule && card.canAllow && (
        <Button
          class="always"
          off={off}
          expanded={panel === 'always'}
          onPress={() => toggle('always')}
        >
          Always allow
          <i
            class={`codicon codicon-chevron-${panel === 'always' ? 'up' : 'down'}`}
            aria-hidden="true"
          />
        </Button>
      )}
    </>
  );
}
