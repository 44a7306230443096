import type { VNode } from 'preact';
import type { CardView } from '../../src/protocol/cardView.ts';
import { hiddenSentence, secretSentence } from './phrases.ts';
import { SpanText } from './spanText.tsx';
import type { Display } from './types.ts';

export interface NoteProps {
  readonly id?: string;
  readonly icon: string;
  readonly tone?: 'warn' | 'err';
  /** The words that stand out. */
  readonly strong?: string;
  readonly text: string;
  /** Read out at once when it appears. */
  readonly alert?: boolean;
}

/** A sentence with an icon; the colour is on the icon only. */
export function Note({ id, icon, tone, strong, text, alert }: NoteProps): VNode {
  return (
    <p
      class={tone ? `cs-note ${tone}` : 'cs-note'}
      {...(id && { id })}
      {...(alert && { role: 'alert' })}
    >
      <i class={`codicon codicon-${icon}`} aria-hidden="true" />
      <span>
        {strong && <b>{strong}</b>}
        {text}
      </span>
    </p>
  );
}

/** Why the call deserves a second look: what happens stands out, the details follow. */
export function RiskNote({ id, text }: { readonly id: string; readonly text: string }): VNode {
  const colon = text.indexOf(': ') + 1;
  return (
    <Note
      id={id}
      icon="warning"
      tone="warn"
      strong={colon > 0 ? text.slice(0, colon) : text}
      text={colon > 0 ? text.slice(colon) : ''}
    />
  );
}

/** What is not shown as it is, and what an answer would not do. */
export function Notes({ card }: { readonly card: CardView }): VNode {
  const { display, agent, canAllow, denyEndsTurn } = card;
  return (
    <>
      {display.secrets.length > 0 && <Note icon="key" text={secretSentence(display)} />}
      {display.hidden > 0 && (
        <Note
          icon="eye"
          tone="warn"
          strong={hiddenSentence(display.hidden)}
          text={` ${display.hidden === 1 ? 'It' : 'They'} can make a text read differently from what runs. Text is shown in the order it is sent.`}
        />
      )}
      {!canAllow && (
        <Note
          icon="info"
          text={`${agent.name} offers no way to allow only this call. It can only be denied here.`}
        />
      )}
      {denyEndsTurn && (
        <Note icon="info" text={`${agent.name} ends its turn when this is denied.`} />
      )}
    </>
  );
}

/** The agent's reason, in quotation marks since it is a claim, and what else belongs to the call. */
export function Facts({
  id,
  display,
  asked,
}: {
  readonly id: string;
  readonly display: Display;
  /** Where the rules were looked at. */
  readonly asked?: Pick<CardView, 'noRule' | 'verdict'>;
}): VNode | null {
  const { why, facts, kind, place } = display;
  if (kind === 'question' && !why && facts.length === 0) return null;
  return (
    <dl id={id} class="cs-facts">
      <dt>{kind === 'question' && place ? 'Message' : 'Why'}</dt>
      <dd class="cs-why">
        {why ? (
          <>
            “<SpanText spans={why} />”
          </>
        ) : (
          <span class="cs-mute">No reason given</span>
        )}
      </dd>
      {facts.map(({ label, text }) => (
        <FactRow key={label} label={label} text={text} />
      ))}
      {asked && kind !== 'question' && <RuleRow asked={asked} />}
    </dl>
  );
}

/** Why it is asked: the nearest rule and what that does not cover, or why there can be none. */
function RuleRow(props: { readonly asked: Pick<CardView, 'noRule' | 'verdict'> }): VNode | null {
  const { noRule, verdict } = props.asked;
  const text = noRule === undefined ? verdict?.why : `None can be made. ${noRule}`;
  if (text === undefined) return null;
  return (
    <>
      <dt>Rule</dt>
      <dd>{text === 'No rule covers it.' ? 'None.' : text}</dd>
    </>
  );
}

function FactRow({ label, text }: Display['facts'][number]): VNode {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <code>
          <SpanText spans={text} />
        </code>
      </dd>
    </>
  );
}
