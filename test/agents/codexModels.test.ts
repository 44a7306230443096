import assert from 'node:assert/strict';
import { type CodexUnderTest, codexUnderTest } from '../support/codexUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { Conversation, isThere } from './conversation.ts';

describe('OpenAI Codex: its models', () => {
  let agent: CodexUnderTest;
  let conversation: Conversation;

  beforeEach(async () => {
    agent = await codexUnderTest();
    conversation = new Conversation(agent);
    await conversation.start();
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  it('can be chosen: the next turn goes to the new one, and every call is asked for as before', async () => {
    const { controls } = conversation.connection;
    await waitFor(() => controls?.models !== undefined, 'the models');
    const current = controls?.models?.current;
    const other = controls?.models?.options.find(({ id }) => id !== current);
    assert.ok(current && other, 'There is another one');
    await controls?.setModel(other.id);
    assert.equal(controls?.models?.current, other.id);

    await conversation.connection.prompt(agent.prompt([]));
    assert.deepEqual([...new Set(agent.model.models)], [other.id]);

    await controls?.setModel(current);
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(isThere(agent, 'made'), false);
    assert.deepEqual([...new Set(agent.model.models)], [other.id, current]);
  });
});
