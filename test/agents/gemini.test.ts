import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  type AcpCliUnderTest,
  geminiSettings,
  geminiUnderTest,
  launcherWith,
} from '../support/acpCliUnderTest.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('Gemini CLI', geminiUnderTest);

describe('Gemini CLI', () => {
  let agent: AcpCliUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await geminiUnderTest();
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  it('asks for an edit although its settings let edits through', async () => {
    agent.configure('.gemini/settings.json', geminiSettings('auto_edit'));
    conversation = new Conversation(agent);
    await conversation.start();
    const file = path.join(agent.cwd, 'written');
    const input = { file_path: file, content: 'hello\n' };
    const prompt = agent.model.script({ calls: [{ name: 'write_file', input }] });
    const turn = conversation.connection.prompt(prompt);
    const request = await conversation.one();
    assert.equal(request.action.tool, 'edit');
    assert.equal(fs.existsSync(file), false);
    await conversation.answer(request, 'deny');
    await turn;
    assert.equal(fs.existsSync(file), false);
  });

  it('asks although it was started so that it runs everything', async () => {
    const launcher = launcherWith(agent, 'gemini', ['--acp', '--yolo']);
    conversation = new Conversation({ ...agent, launcher });
    await conversation.start();
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
  });
});
