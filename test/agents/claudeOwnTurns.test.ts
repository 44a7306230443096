import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ClaudeUnderTest, claudeUnderTest } from '../support/claudeUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { Conversation, isThere, SLOW } from './conversation.ts';

/** The result of a turn that Claude Code took by itself is not that of a message which was sent meanwhile. */
describe('Claude Code, when something in the background has news', () => {
  let agent: ClaudeUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await claudeUnderTest();
    conversation = new Conversation(agent);
    await conversation.start();
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const said = () =>
    conversation.events.flatMap((event) => (event.kind === 'text' ? event.text : [])).join('');

  /** One turn, after which something runs in the background; it has news when there is a file `go`. */
  async function leaveBehind(own: string): Promise<void> {
    const command = 'touch left; until [ -e go ]; do sleep 0.1; done';
    // The description comes back with the news: Claude Code's own turn plays that script.
    const input = { command, description: own, run_in_background: true };
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [{ name: 'Bash', input }] }, { text: 'Left behind.' }),
    );
    await conversation.answer(await conversation.one(), 'allow');
    assert.equal((await turn).reason, 'done');
  }

  const go = () => writeFileSync(path.join(agent.cwd, 'go'), '');

  it('ends the message that the person sends then with the answer to it', async () => {
    await leaveBehind(agent.model.script({ text: 'Own turn.' }));
    let answer = () => {};
    agent.model.held = new Promise((resolve) => {
      answer = resolve;
    });
    const before = agent.model.asked;
    go();
    await waitFor(() => agent.model.asked > before, 'its own turn', SLOW);
    const turn = conversation.connection.prompt(agent.model.script({ text: 'To the person.' }));
    agent.model.held = undefined;
    answer();
    assert.equal((await turn).reason, 'done');
    assert.match(said(), /Own turn\.To the person\.$/);
  });

  it('ends the message with its own turn when it takes it up there', async () => {
    const touch = { name: 'Bash', input: { command: 'touch own', description: 'x' } };
    await leaveBehind(agent.model.script({ calls: [touch] }, { text: 'Both.' }));
    go();
    const request = await conversation.one();
    const turn = conversation.connection.prompt(agent.model.script({ text: 'To the person.' }));
    await conversation.answer(request, 'allow');
    assert.equal((await turn).reason, 'done');
    assert.ok(isThere(agent, 'own'));
  });

  it('does not begin with a message that the person stops meanwhile', async () => {
    const touch = (file: string) => ({
      name: 'Bash',
      input: { command: `touch ${file}`, description: 'x' },
    });
    await leaveBehind(agent.model.script({ calls: [touch('own')] }));
    go();
    await conversation.one();
    const turn = conversation.connection.prompt(agent.model.script({ calls: [touch('second')] }));
    await conversation.connection.interrupt();
    assert.equal((await turn).reason, 'interrupted');
    assert.deepEqual(conversation.broker.pending, []);
    assert.deepEqual([isThere(agent, 'own'), isThere(agent, 'second')], [false, false]);
  });
});
