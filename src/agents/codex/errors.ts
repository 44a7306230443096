import { agentErrors } from '../agentErrors.ts';

export const {
  badFrame,
  duplicateRequest,
  noHandshake,
  notGated,
  notSignedIn,
  refused,
  sessionOver,
  stillWorking,
  stopped,
} = agentErrors({
  name: 'Codex',
  tighten:
    'Take what loosens its approvals out of its settings, requirements or arguments, or update it, then start again.',
  signIn: 'Run `codex login` once in a terminal.',
});
