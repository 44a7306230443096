import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { expiresAt, type RuleExpiry } from '../../src/protocol/ruleExpiry.ts';
import type { RuleOfferView, SuggestionView } from '../../src/protocol/ruleView.ts';
import { useArming } from './arming.ts';
import { useCard } from './cardStore.ts';
import type { CardUi } from './decide.tsx';
import { isWhole, UntilField } from './expiry.tsx';
import { post } from './host.ts';
import { effectSentence, type RuleEffect, type RuleScope, ruleSentence } from './phrases.ts';
import { type Segment, Segments } from './segments.tsx';
import { Button } from './toolkit.ts';

const EXACT = 'exact';

/** The rule that would be made, and what it would do. Opens inside the card. */
export function AlwaysForm(props: { readonly ui: CardUi; readonly effect: RuleEffect }): VNode {
  const { ui, effect } = props;
  const { card, setPanel } = ui;
  const offer = useOffer(card.id);
  const form = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // Unless the person has gone on to something else meanwhile.
    const card = form.current?.closest('.cs-card');
    if (card && !card.contains(document.activeElement)) return;
    form.current?.querySelector<HTMLElement>('input:checked')?.focus({ preventScroll: true });
  }, [offer === undefined]);
  const title = effect === 'allow' ? 'Always allow' : 'Always deny';
  return (
    <section class="cs-panel cs-rule" aria-label={title} ref={form}>
      {effect === 'deny' && <h4>{title}</h4>}
      {!offer ? (
        <p class="cs-mute">Looking up what can be offered…</p>
      ) : offer.whyNot !== undefined ? (
        <>
          <p>{offer.whyNot}</p>
          <div class="cs-decide">
            <Button onPress={() => setPanel('none')}>Cancel</Button>
          </div>
        </>
      ) : (
        <Fields ui={ui} effect={effect} offer={offer} />
      )}
    </section>
  );
}

/** Asks the extension when the form opens: a pattern is never this page's own. */
function useOffer(requestId: string): RuleOfferView | undefined {
  useLayoutEffect(() => post({ type: 'askRules', requestId }), [requestId]);
  return useCard(requestId)?.offer;
}

interface FieldsProps {
  readonly ui: CardUi;
  readonly effect: RuleEffect;
  readonly offer: RuleOfferView;
}

function Fields({ ui, effect, offer }: FieldsProps): VNode {
  const { card, sent, setPanel, answer } = ui;
  const [scope, setScope] = useState<RuleScope>(
    offer.scopes.includes('workspace') ? 'workspace' : (offer.scopes[0] ?? 'session'),
  );
  const [match, setMatch] = useState(EXACT);
  const [expiry, setExpiry] = useState<RuleExpiry>({ kind: 'never' });
  const off = useArming(card.id).isArming || sent || !isWhole(expiry);
  const isRisk = card.display.risk !== undefined && effect === 'allow';
  // A pattern never reaches over a high-risk call.
  const suggestions = isRisk ? [] : offer.suggestions;
  const save = () => {
    const at = expiresAt(expiry, Date.now());
    const rule = { scope, match, ...(at !== undefined && { expiresAt: at }) };
    answer({ outcome: effect, rule });
  };
  return (
    <>
      <Segments
        label="For"
        name={`scope-${card.id}`}
        options={offer.scopes.map((each) => SCOPES[each])}
        value={scope}
        onChange={setScope}
      />
      <What
        cardId={card.id}
        call={card.display.oneLine}
        suggestions={suggestions}
        value={match}
        onChange={setMatch}
      />
      <UntilField cardId={card.id} value={expiry} onChange={setExpiry} />
      <div class="cs-effect" aria-live="polite">
        <Effect
          ui={ui}
          effect={effect}
          scope={scope}
          suggestion={suggestions.find(({ id }) => id === match)}
        />
        {isRisk && offer.suggestions.length > 0 && (
          <p>High-risk calls can only be allowed exactly.</p>
        )}
        {offer.past && <p>{pastSentence(offer.past.answered[match] ?? 0, offer.past.of)}</p>}
      </div>
      <div class="cs-decide">
        <Button onPress={() => setPanel('none')}>Cancel</Button>
        <Button
          look={isRisk || effect === 'deny' ? 'secondary' : 'primary'}
          off={off}
          onPress={save}
        >
          {effect === 'allow' ? 'Save rule and allow' : 'Save rule and deny'}
        </Button>
      </div>
    </>
  );
}

const SCOPES: Readonly<Record<RuleScope, Segment<RuleScope>>> = {
  session: { value: 'session', text: 'This session', short: 'Session' },
  workspace: { value: 'workspace', text: 'This workspace', short: 'Workspace' },
  global: { value: 'global', text: 'Everywhere' },
};

function pastSentence(answered: number, of: number): string {
  return answered === 0
    ? 'Would have answered no other request so far.'
    : `Would have answered ${answered} of the last ${of} requests.`;
}

interface EffectProps {
  readonly ui: CardUi;
  readonly effect: RuleEffect;
  readonly scope: RuleScope;
  readonly suggestion: SuggestionView | undefined;
}

function Effect({ ui: { card }, effect, scope, suggestion }: EffectProps): VNode {
  return (
    <p>
      {suggestion
        ? ruleSentence(card, scope, suggestion, effect)
        : effectSentence(card, scope, effect)}
    </p>
  );
}

interface WhatProps {
  readonly cardId: string;
  readonly call: string;
  readonly suggestions: readonly SuggestionView[];
  readonly value: string;
  readonly onChange: (match: string) => void;
}

const KINDS: Readonly<Record<SuggestionView['kind'], string>> = {
  command: 'Commands that start with',
  path: 'Files',
  url: 'Addresses under',
  mcp: 'Calls with',
};

function What({ cardId, call, suggestions, value, onChange }: WhatProps): VNode {
  const choices = [
    { id: EXACT, words: 'Exactly this call', text: call },
    ...suggestions.map(({ id, kind, pattern }) => ({ id, words: KINDS[kind], text: pattern })),
  ];
  const label = `what-label-${cardId}`;
  return (
    <div class="cs-field">
      <span class="lab" id={label}>
        What
      </span>
      <div role="radiogroup" aria-labelledby={label}>
        {choices.map(({ id, words, text }) => (
          <label key={id} class="cs-opt">
            <input
              type="radio"
              name={`what-${cardId}`}
              checked={id === value}
              onChange={() => onChange(id)}
            />
            <span>
              {words}
              <small>
                <code>{text}</code>
              </small>
            </span>
          </label>
        ))}
      </div>
    </div>
  );
}
