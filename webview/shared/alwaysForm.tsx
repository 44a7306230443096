import type { VNode } from 'preact';
import { useArming } from './arming.ts';
import type { CardUi } from './decide.tsx';
import { effectSentence } from './phrases.ts';
import { Button } from './toolkit.ts';

/** The rule that would be made, and what it would do. Opens inside the card. */
export function AlwaysForm({ ui }: { readonly ui: CardUi }): VNode {
  const { card, sent, setPanel, answer } = ui;
  const off = useArming(card.id).isArming || sent;
  const save = () => answer({ outcome: 'allow', rule: { scope: 'session', match: 'exact' } });
  return (
    <section class="cs-panel" aria-label="Always allow">
      <dl class="cs-fields">
        <div class="cs-field">
          <dt class="lab">For</dt>
          <dd>This session</dd>
        </div>
        <div class="cs-field">
          <dt class="lab">What</dt>
          <dd>
            Exactly this call
            <code>{card.display.oneLine}</code>
          </dd>
        </div>
      </dl>
      <div class="cs-effect" aria-live="polite">
        <p>{effectSentence(card)}</p>
      </div>
      <div class="cs-decide">
        <Button onPress={() => setPanel('none')}>Cancel</Button>
        <Button look={card.display.risk ? 'secondary' : 'primary'} off={off} onPress={save}>
          Save rule and allow
        </Button>
      </div>
    </section>
  );
}
