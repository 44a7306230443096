import type { Spans } from '../permission/spans.ts';
import type { RuleLink } from './ruleView.ts';

/** One entry of a conversation, as it is shown. Entries only ever grow at the end or change in place. */
export type ChatEntry =
  | { readonly kind: 'user'; readonly id: string; readonly text: Spans }
  /** Markdown, with secrets and invisible characters already made safe. */
  | {
      readonly kind: 'agent';
      readonly id: string;
      readonly markdown: string;
      readonly streaming: boolean;
    }
  | { readonly kind: 'thought'; readonly id: string; readonly text: string }
  | ToolEntry
  /** The card of this request belongs here; the card itself travels on its own. */
  | { readonly kind: 'card'; readonly id: string; readonly requestId: string }
  | {
      readonly kind: 'notice';
      readonly id: string;
      readonly level: 'info' | 'error';
      readonly text: string;
      /** The end of the agent's error output. */
      readonly detail?: string;
    };

export interface ToolEntry {
  readonly kind: 'tool';
  readonly id: string;
  readonly title: Spans;
  /** A codicon for the kind of tool. */
  readonly icon: string;
  readonly status: 'pending' | 'in_progress' | 'completed' | 'failed' | 'denied';
  /** `waits for your answer`, `you, once`, `denied by you`, `reading never asks`. */
  readonly by: string;
  /** The rule that answered it. */
  readonly rule?: RuleLink;
}

/** A file of the agent's own that can let calls through beside the gate. */
export interface DoorView {
  /** Relative to the folder or to the person's home where it lies there. */
  readonly label: string;
  /** Absolute. */
  readonly path: string;
}

/** The head of a conversation. */
export interface SessionView {
  readonly key: string;
  readonly title: string;
  readonly agent: { readonly id: string; readonly name: string; readonly monogram: string };
  readonly folder: string;
  /** `everything`, `what its own settings do not allow`. */
  readonly asksFor: string;
  /** Files of the agent's own that can let calls through beside the gate. */
  readonly doors?: readonly DoorView[];
  readonly state: 'starting' | 'ready' | 'running' | 'failed' | 'ended';
  /** A message waits for the agent to start, and is taken back by `stop`. */
  readonly waitsToSend?: true;
  readonly controls: ControlsView;
  /** It is over, and the agent can go on with it. */
  readonly canResume: boolean;
}

/** What can be chosen in a conversation; a list that the agent does not offer is not there. */
export interface ControlsView {
  readonly modes?: ChoiceView;
  readonly models?: ChoiceView;
  readonly commands: readonly CommandView[];
}

export interface ChoiceView {
  /** The id of the one in force, where the agent says it. */
  readonly current?: string;
  readonly options: readonly OptionView[];
}

export interface OptionView {
  /** The agent's, to be sent back as it is. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Why it cannot be chosen, a sentence. */
  readonly whyNot?: string;
}

export interface CommandView {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
  readonly hint?: string;
  readonly whyNot?: string;
}
