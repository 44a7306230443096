import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useArming } from '../shared/arming.ts';
import { What } from '../shared/cardHead.tsx';
import { Note } from '../shared/notes.tsx';
import { Payload } from '../shared/payload.tsx';
import { effectSentence, patternSentence, type RuleScope } from '../shared/phrases.ts';
import { Button } from '../shared/toolkit.ts';
import type { App } from './app.ts';
import { Banners, Top } from './frame.tsx';
import type { CardItem } from './items.ts';
import { capital } from './words.ts';

const SCOPES: Readonly<Record<RuleScope, string>> = {
  session: 'Session',
  workspace: 'Workspace',
  global: 'Everywhere',
};

const EXACT = 'exact';

/** The rule that would be made, and what it would do. */
export function AlwaysScreen({ app, item }: { readonly app: App; readonly item: CardItem }): VNode {
  const { card } = item.message;
  const { rules, display, mayAlways } = card;
  const [scope, setScope] = useState<RuleScope>(
    rules.scopes.includes('workspace') ? 'workspace' : (rules.scopes[0] ?? 'session'),
  );
  const [match, setMatch] = useState(EXACT);
  const off = useArming(item.id).isArming || !app.canAnswer(item);
  const back = () => app.show({ kind: 'card', key: item.key });
  // A pattern never reaches over a high-risk call.
  const suggestions = display.risk ? [] : rules.suggestions;
  const pattern = suggestions.find(({ id }) => id === match)?.label;
  const save = () => {
    // Before the other screen, which takes no answer at first.
    void app.answer(item, { outcome: 'allow', rule: { scope, match } });
    back();
  };
  return (
    <>
      <Top title="Always allow" onBack={back} />
      <Banners app={app} only={item.workspace} />
      <main class="p-body flat">
        <div class="cs-card">
          <What id={`what-${item.id}`} display={display} />
          <Payload id={`payload-${item.id}`} display={display} />
          <ScopeField value={scope} scopes={rules.scopes} onChange={setScope} />
          <MatchField value={match} suggestions={suggestions} onChange={setMatch} />
          <div class="cs-effect" aria-live="polite">
            <p>
              {pattern === undefined
                ? effectSentence(card, scope)
                : patternSentence(card, scope, pattern)}
            </p>
            {display.risk && rules.suggestions.length > 0 && (
              <p>High-risk calls can only be allowed exactly.</p>
            )}
          </div>
          {mayAlways === 'confirm' && (
            <Note icon="vm" text="This has to be confirmed at the desktop." />
          )}
        </div>
      </main>
      <footer class="p-foot">
        <Button onPress={back}>Cancel</Button>
        <Button look={display.risk ? 'secondary' : 'primary'} off={off} onPress={save}>
          Save and allow
        </Button>
      </footer>
    </>
  );
}

interface ScopeFieldProps {
  readonly value: RuleScope;
  readonly scopes: readonly RuleScope[];
  readonly onChange: (scope: RuleScope) => void;
}

function ScopeField({ value, scopes, onChange }: ScopeFieldProps): VNode {
  return (
    <fieldset class="p-field">
      <legend>For</legend>
      <div class="cs-seg">
        {scopes.map((scope) => (
          <label key={scope}>
            <input
              type="radio"
              name="scope"
              checked={scope === value}
              onChange={() => onChange(scope)}
            />
            {SCOPES[scope]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface MatchFieldProps {
  readonly value: string;
  readonly suggestions: readonly { readonly id: string; readonly label: string }[];
  readonly onChange: (match: string) => void;
}

function MatchField({ value, suggestions, onChange }: MatchFieldProps): VNode {
  const choices = [{ id: EXACT, label: 'Exactly this call' }, ...suggestions];
  return (
    <fieldset class="p-field">
      <legend>What</legend>
      {choices.map(({ id, label }) => (
        <label key={id} class={id === value ? 'cs-opt is-focus' : 'cs-opt'}>
          <input type="radio" name="match" checked={id === value} onChange={() => onChange(id)} />
          <span>{capital(label)}</span>
        </label>
      ))}
    </fieldset>
  );
}
