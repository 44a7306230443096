import type { Decision } from '../permission/decision.ts';

/** What the model reads of a denial: the person's own sentence, else why nobody allowed it. Never empty. */
export function denialWords({ by, feedback }: Decision): string {
  if (feedback?.trim()) return feedback;
  switch (by.kind) {
    case 'person':
      return 'Denied in Countersign. It was not run.';
    case 'rule':
      return 'Denied by a rule in Countersign. It was not run.';
    case 'ttl':
      return 'Denied in Countersign: nobody answered in time. It was not run.';
    case 'agentWithdrew':
    case 'agentGone':
    case 'shutdown':
      return 'Stopped before there was an answer. It was not run.';
  }
}
