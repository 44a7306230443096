import type { VNode } from 'preact';
import type { CardView } from '../../src/protocol/cardView.ts';
import type { CardUi } from './decide.tsx';
import { post } from './host.ts';
import { type MenuEntry, OptionMenu } from './optionMenu.tsx';

/** The agent's own options, word for word, and what else can be done with a request. Opens inside the card. */
export function OwnOptions({ ui }: { readonly ui: CardUi }): VNode {
  return <OptionMenu ui={ui} more={otherItems(ui)} />;
}

function otherItems({ card, setPanel }: CardUi): MenuEntry[] {
  const done = (type: 'copy' | 'openWhole') => () => {
    post({ type, requestId: card.id });
    setPanel('none');
  };
  return [
    ...(card.canHaveRule
      ? [
          {
            id: 'never',
            icon: 'circle-slash',
            label: 'Always deny…',
            note: 'Makes a rule; asks how far it reaches',
            onPress: () => setPanel('never'),
          },
        ]
      : []),
    { id: 'copy', icon: 'copy', label: 'Copy request as text', onPress: done('copy') },
    ...(hasPayload(card)
      ? [
          {
            id: 'whole',
            icon: 'go-to-file',
            label: 'Open the whole request',
            onPress: done('openWhole'),
          },
        ]
      : []),
  ];
}

function hasPayload({ display }: CardView): boolean {
  return display.preview.kind !== 'none';
}
