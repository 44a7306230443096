import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import { launchHash, type RegistryLaunch } from './launch.ts';
import type { RegistryPins } from './pins.ts';

/**
 * What a person agreed to run for an agent of the registry, for a session that was started with exactly this: `hash` is its
 * `launchHash`. Throws when it is gone or another one by now; the registry itself is not asked.
 */
export function agreedLaunch(pins: RegistryPins, id: string, hash: string): RegistryLaunch {
  const pinned = pins.pinned(id);
  if (!pinned)
    throw refused(`What you agreed to run for "${safeText(id)}" of the ACP registry is not kept`);
  if (launchHash(pinned) !== hash)
    throw refused(
      `${safeText(pinned.name)} of the ACP registry is not what that session was started with: you agreed to another command or version since`,
    );
  return pinned;
}

function refused(what: string): UserError {
  return new UserError(
    'notResumed',
    `${what}, so nothing was started.`,
    'Start a new session with it: Start Session, From the ACP registry….',
  );
}
