import { notGated } from '../connectionErrors.ts';
import type { AcpLauncherOptions } from './launcher.ts';
import type { AgentProfile } from './profiles.ts';

/**
 * Throws for an agent that asks only when its settings say so, and whose settings nobody has seen to. Said after
 * `initialize`, before a session is opened: that can already start its tool servers.
 */
export function refuseUntold(
  { asksOnlyWhenTold }: AgentProfile,
  { madeToAsk, name }: Pick<AcpLauncherOptions, 'madeToAsk' | 'name'>,
): void {
  if (!asksOnlyWhenTold || madeToAsk) return;
  const next = 'Choose it from the list of Start Session, not as an agent of your own settings.';
  throw notGated(name, 'it asks only when it is told to', next);
}
