import assert from 'node:assert/strict';
import { outcomeWords } from '../../src/cli/answerWords.ts';
import type { Settled } from '../../src/permission/broker.ts';
import type { RequestDraft } from '../../src/permission/request.ts';
import { cardView } from '../../src/protocol/cardView.ts';
import { brokerOnFakes } from '../support/fakesBroker.ts';
import { type Asked, acp, claude, codex, linkAssistant, openCode } from './askedRequests.ts';

const DIALECTS: readonly (readonly [string, Asked, number])[] = [
  ['Claude Code', claude('bash-allow'), 0],
  ['Claude Code, with a question', claude('ask-user-question'), 0],
  ['Codex', codex('policy-untrusted-dfa'), 0],
  ['OpenCode', openCode('serve-basic'), 0],
  ['agent (link-assistant)', linkAssistant('bash-once'), 0],
  ['Gemini CLI over ACP', acp('gemini-shell-allow-once'), 0],
  ['GitHub Copilot CLI over ACP', acp('copilot-run'), 0],
];

describe('An agent that dies while it asks', () => {
  for (const [name, asked, index] of DIALECTS)
    it(`closes its card in the same words everywhere: ${name}`, async () => {
      const request = (await asked())[index] ?? assert.fail('Nothing was asked');
      const { broker, raise, deliveries } = brokerOnFakes();
      const settled: Settled[] = [];
      broker.onDidSettle((each) => settled.push(each));
      raise(draftOf(request));
      broker.agentGone(request.session.key, 'it ended with exit code 7');
      const [end] = settled;
      assert.ok(end);
      const words = `${request.agent.name} stopped while this was waiting. Nothing ran.`;
      const { outcome } = cardView(end.request, end);
      assert.deepEqual(
        [outcome?.text, outcome?.tone, outcome?.agentStopped, outcomeWords(end)],
        [words, 'gone', true, words],
      );
      // Whatever is written to an agent that is gone is no.
      assert.deepEqual(
        deliveries.map(({ decision }) => decision.outcome),
        ['deny'],
      );
      const late = await broker.answer({
        requestId: end.request.id,
        argsHash: end.request.argsHash,
        outcome: 'allow',
        by: { kind: 'person', surface: 'chat' },
      });
      assert.ok(!late.ok && late.error.kind === 'alreadySettled');
      assert.equal(deliveries.length, 1);
    });
});

function draftOf({
  id: _,
  argsHash: __,
  display: ___,
  raisedAt: ____,
  ...draft
}: Parameters<typeof cardView>[0]): RequestDraft {
  return draft;
}
