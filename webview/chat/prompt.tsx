import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionView } from '../../src/protocol/chatView.ts';
import { post, save, savedText } from '../shared/host.ts';
import { Button } from '../shared/toolkit.ts';
import { CommandList, useCompletion } from './commandList.tsx';
import { Controls } from './controls.tsx';

const DRAFT = 'draft';

/** Where the person writes. Enter sends, Shift+Enter starts a new line; the draft survives hiding the panel. */
export function Prompt({ session }: { readonly session: SessionView }): VNode {
  const { state, agent, waitsToSend } = session;
  const [draft, setDraft] = useState(() => savedText(DRAFT));
  const takesText = state !== 'failed' && state !== 'ended';
  const change = (text: string) => {
    save(DRAFT, text);
    setDraft(text);
  };
  const completion = useCompletion(session.controls.commands, draft, change);
  const send = () => {
    const text = draft.trim();
    if (!takesText || text === '') return;
    post({ type: 'prompt', text });
    change('');
  };
  return (
    <div class="cs-prompt">
      <CommandList completion={completion} />
      <textarea
        {...completion.aria}
        value={draft}
        rows={1}
        maxLength={1_000_000}
        placeholder={placeholder(state, agent.name)}
        aria-label="Message"
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (completion.onKey(event)) return;
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="foot">
        <Controls controls={session.controls} />
        {waitsToSend && <span role="status">{`Sent when ${agent.name} has started`}</span>}
        {state === 'running' || waitsToSend ? (
          <Button onPress={() => post({ type: 'stop' })}>
            <i class="codicon codicon-debug-stop" aria-hidden="true" />
            {waitsToSend ? 'Don’t send' : 'Stop'}
          </Button>
        ) : (
          <Button off={!takesText || draft.trim() === ''} onPress={send}>
            <i class="codicon codicon-send" aria-hidden="true" />
            Send
          </Button>
        )}
      </div>
    </div>
  );
}

function placeholder(state: SessionView['state'], agent: string): string {
  switch (state) {
    case 'starting':
      return `${agent} is starting. What you write now is sent when it has started.`;
    case 'ready':
      return `Tell ${agent} what to do`;
    case 'running':
      return `Type to steer ${agent}. It reads this after the current step.`;
    case 'failed':
    case 'ended':
      return 'This session is over';
  }
}
