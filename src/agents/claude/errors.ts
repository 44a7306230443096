import { agentErrors } from '../agentErrors.ts';

export const {
  badFrame,
  duplicateRequest,
  noHandshake,
  notGated,
  notSignedIn,
  sessionOver,
  stillWorking,
  stopped,
} = agentErrors({
  name: 'Claude Code',
  tighten: 'Take what loosens its permissions out of its settings or arguments, then start again.',
  signIn: 'Run `claude` once in a terminal and sign in there.',
});
