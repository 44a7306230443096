import type { VNode } from 'preact';
import type { DoorView, SessionView } from '../../src/protocol/chatView.ts';
import { post } from '../shared/host.ts';
import { counted } from '../shared/phrases.ts';
import { Button } from '../shared/toolkit.ts';
import { type Elsewhere, useChat } from './chatStore.ts';
import { Entries } from './entries.tsx';
import { Prompt } from './prompt.tsx';

/** One conversation with one agent. */
export function ChatPanel(): VNode {
  const { session, entries, elsewhere } = useChat();
  const isOver = session?.state === 'failed' || session?.state === 'ended';
  return (
    <section class="cs-view" aria-label="Session">
      {session && <Head session={session} />}
      <div class="cs-log" role="log" aria-label="Conversation" data-list tabIndex={-1}>
        <div class="cs-entries">
          <Entries entries={entries} isOver={isOver} canResume={session?.canResume ?? false} />
        </div>
      </div>
      {elsewhere.requests > 0 && <Strip elsewhere={elsewhere} />}
      {session && <Prompt session={session} />}
    </section>
  );
}

function Head({ session }: { readonly session: SessionView }): VNode {
  const { agent, title, asksFor, folder, doors = [] } = session;
  return (
    <header class="cs-chat-h">
      <span class="cs-agent" aria-hidden="true">
        {agent.monogram}
      </span>
      <h2 title={title}>{title}</h2>
      <Button look="icon" label="New session" onPress={() => post({ type: 'newSession' })}>
        <i class="codicon codicon-add" aria-hidden="true" />
      </Button>
      <div class="sub">
        <span title={folder}>{agent.name}</span>
        <span>{`Asks for: ${asksFor}`}</span>
        {doors.length > 0 && <Doors doors={doors} />}
      </div>
    </header>
  );
}

/** The files of the agent's own that can let calls through; each opens. */
function Doors({ doors }: { readonly doors: readonly DoorView[] }): VNode {
  return (
    <span>
      {'Its own settings: '}
      {doors.map(({ label, path }, index) => (
        <span key={path}>
          {index > 0 && ', '}
          <button
            type="button"
            class="cs-link"
            title={path}
            onClick={() => post({ type: 'openDoor', path })}
          >
            {label}
          </button>
        </span>
      ))}
    </span>
  );
}

function Strip({ elsewhere: { requests, sessions } }: { readonly elsewhere: Elsewhere }): VNode {
  const waits = requests === 1 ? 'request waits' : 'requests wait';
  const where = sessions.length === 1 ? sessions[0] : counted(sessions.length, 'session');
  return (
    <div class="cs-strip">
      <i class="codicon codicon-bell-dot" aria-hidden="true" />
      <span>{`${requests} more ${waits} in ${where}`}</span>
      <button type="button" class="cs-link" onClick={() => post({ type: 'showInbox' })}>
        Show
      </button>
    </div>
  );
}
