import assert from 'node:assert/strict';
import { type OpenCodeUnderTest, openCodeUnderTest } from '../support/openCodeUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { Conversation, isThere } from './conversation.ts';

describe('OpenCode: its models', () => {
  let agent: OpenCodeUnderTest;
  let conversation: Conversation;

  beforeEach(async () => {
    agent = await openCodeUnderTest();
    conversation = new Conversation(agent);
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  it('can be chosen: the next turn goes to the new one, and every call is asked for as before', async () => {
    await conversation.start();
    const { controls } = conversation.connection;
    await waitFor(() => controls?.models !== undefined, 'the models', 60_000);
    const second = controls?.models?.options.find(({ id }) => id.endsWith('/second'));
    assert.ok(second && controls?.models?.current !== second.id);
    await controls?.setModel(second.id);
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(isThere(agent, 'made'), false);
    assert.ok(agent.model.models.includes('second'), agent.model.models.join());
  });
});
