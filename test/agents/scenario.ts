import type { Cell, Finding } from '../support/parity.ts';
import type { AgentUnderTest, Conversation } from './conversation.ts';

/** One thing that every agent has to get right. */
export interface Scenario {
  /** Where it stands in the parity table. */
  readonly cell?: Cell;
  readonly title: string;
  /** Rejects where the agent gets it wrong; what is worth a word in the table goes to `finding`. */
  run(conversation: Conversation, agent: AgentUnderTest, finding: Finding): Promise<void>;
}
