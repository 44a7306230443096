import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { PermissionRequest } from '../../src/permission/request.ts';
import { type AgentUnderTest, Conversation, isThere } from './conversation.ts';
import type { Scenario } from './scenario.ts';

/**
 * The agent's own "always" is sent only where it covers no more than the call that was asked about. How far it really
 * reaches is measured in a second conversation, where it is sent in any case.
 */
export const nativeAlways: Scenario = {
  cell: 'nativeAlways',
  title: 'gets its own "always" only as far as that is the same call',
  run: async (conversation, agent, finding) => {
    const request = await allowAlways(conversation, agent);
    if (!request) {
      finding.none('It offers none.');
      return;
    }
    const bound = alwaysOf(request)?.bound;
    const isExact = bound === 'exact';
    const [sent] = conversation.sent;
    assert.ok(sent?.kind === 'option');
    assert.deepEqual(
      [sent.option.kind, sent.narrowed],
      isExact ? ['allow_always', false] : ['allow_once', true],
    );
    assert.equal(await asksFor(conversation, agent, 'again'), !isExact);
    const how = isExact ? 'Sent' : 'Sent as *once*';
    finding.measured(`${how}.`);
    if (agent.isStandIn) return;
    const { another, same } = await measureReach(agent);
    if (isExact) assert.equal(another, 'asks', 'Its "always" is said to be exact');
    finding.measured(
      `${how}. Taken at its word, the same call ${same} then, another one ${another}.`,
    );
  },
};

type Measured = 'asks' | 'runs';

/** What the agent does after its own "always", taken at its word. */
async function measureReach(agent: AgentUnderTest): Promise<{ same: Measured; another: Measured }> {
  const trusting = new Conversation(agent, { trustsAlways: true });
  try {
    await trusting.start();
    assert.ok(await allowAlways(trusting, agent));
    const [sent] = trusting.sent;
    assert.ok(sent?.kind === 'option' && sent.option.kind === 'allow_always');
    const same = (await asksFor(trusting, agent, 'again')) ? 'asks' : 'runs';
    const another = (await asksFor(trusting, agent, 'another')) ? 'asks' : 'runs';
    return { same, another };
  } finally {
    await trusting.stop();
  }
}

/** Lets the agent make a file, with its own "always"; `undefined` where it offers none. */
async function allowAlways(
  conversation: Conversation,
  agent: AgentUnderTest,
): Promise<PermissionRequest | undefined> {
  const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('again')]));
  const request = await conversation.one();
  const optionId = alwaysOf(request)?.id;
  await conversation.answer(request, 'allow', optionId === undefined ? {} : { optionId });
  await turn;
  assert.equal(isThere(agent, 'again'), true);
  fs.rmSync(path.join(agent.cwd, 'again'));
  return optionId === undefined ? undefined : request;
}

/** Whether the agent asks before it makes the file; it does either way, or not if it asks and is denied. */
async function asksFor(
  conversation: Conversation,
  agent: AgentUnderTest,
  file: string,
): Promise<boolean> {
  const turn = conversation.connection.prompt(agent.prompt([agent.makeFile(file)]));
  const asked = conversation.one();
  asked.catch(() => undefined);
  const isAsked = await Promise.race([asked.then(() => true), turn.then(() => false)]);
  if (isAsked) {
    assert.equal(isThere(agent, file), false);
    await conversation.answer(await asked, 'deny');
  }
  await turn;
  assert.equal(isThere(agent, file), !isAsked);
  return isAsked;
}

function alwaysOf({ options }: PermissionRequest) {
  return options.find(({ kind }) => kind === 'allow_always');
}
