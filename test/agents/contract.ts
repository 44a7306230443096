import type { Runnable } from 'mocha';
import { type Cell, Finding } from '../support/parity.ts';
import { type AgentUnderTest, Conversation } from './conversation.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS, waitSixtySeconds } from './scenarios.ts';

/**
 * What every agent has to get right, run against `setup()` with the real agent process and a real broker. `name` is its
 * name in the parity table, which is made of the outcomes.
 */
export function agentContract(name: string, setup: () => Promise<AgentUnderTest>): void {
  describe(`${name}: the contract of an agent`, () => {
    // Beside the others, so that its minute does not add up over all agents.
    const end = new AbortController();
    let waiting: Promise<void> = Promise.resolve();
    before(() => {
      waiting = play(setup, (conversation, agent) => waitSixtySeconds(conversation, agent, end));
      waiting.catch(() => undefined);
    });
    after(async () => {
      end.abort();
      await waiting.catch(() => undefined);
    });
    for (const { cell, run, title } of SCENARIOS) {
      const finding = new Finding();
      report(
        it(title, () => play(setup, (conversation, agent) => run(conversation, agent, finding))),
        { agent: name, finding },
        cell,
      );
    }
    const long = it('waits for sixty seconds as for one', async function () {
      this.timeout(180_000);
      await waiting;
    });
    report(long, { agent: name, finding: new Finding() }, 'sixtySeconds');
  });
}

/** Where the reporter looks for it. */
function report(test: Runnable, about: { agent: string; finding: Finding }, cell?: Cell): void {
  if (cell !== undefined) Object.assign(test, { parity: { ...about, cell } });
}

async function play(
  setup: () => Promise<AgentUnderTest>,
  run: (conversation: Conversation, agent: AgentUnderTest) => ReturnType<Scenario['run']>,
): Promise<void> {
  const agent = await setup();
  const conversation = new Conversation(agent);
  try {
    await conversation.start();
    await run(conversation, agent);
  } finally {
    await conversation.stop();
    await agent.dispose();
  }
}
