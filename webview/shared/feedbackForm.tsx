import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { nextPromptWords } from '../../src/protocol/words.ts';
import { useArming } from './arming.ts';
import type { CardUi } from './decide.tsx';
import { Note } from './notes.tsx';
import { Button, TextField } from './toolkit.ts';

/** A deny with a sentence for the agent. Opens inside the card. */
export function FeedbackForm({ ui }: { readonly ui: CardUi }): VNode {
  const { card, sent, setPanel, answer } = ui;
  const [text, setText] = useState('');
  const field = useRef<HTMLElement>(null);
  const off = useArming(card.id).isArming || sent || text.trim() === '';
  useLayoutEffect(() => field.current?.focus(), []);
  const send = () => {
    if (!off) answer({ outcome: 'deny', feedback: text.trim() });
  };
  const title = `What ${card.agent.name} should do differently`;
  return (
    <section class="cs-panel cs-feedback" aria-label={title}>
      <h4>{title}</h4>
      <TextField
        fieldRef={field}
        value={text}
        label={title}
        placeholder={
          card.feedbackIsNextPrompt ? 'Sent as your next message' : 'Sent with your Deny'
        }
        maxLength={4000}
        onText={setText}
        onEnter={send}
      />
      {card.feedbackIsNextPrompt && <Note icon="info" text={nextPromptWords(card.agent.name)} />}
      <div class="cs-decide">
        <Button onPress={() => setPanel('none')}>Cancel</Button>
        <Button off={off} onPress={send}>
          Deny and send
        </Button>
      </div>
    </section>
  );
}
