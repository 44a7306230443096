import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createLauncher } from '../../src/agents/catalog.ts';
import { UserError } from '../../src/protocol/userError.ts';
import {
  type AcpCliUnderTest,
  copilotUnderTest,
  launcherWith,
} from '../support/acpCliUnderTest.ts';
import { hasPosix, needs } from '../support/needs.ts';
import { removeFolder, temporaryFolder } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('GitHub Copilot CLI', copilotUnderTest);

describe('GitHub Copilot CLI', () => {
  let agent: AcpCliUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await copilotUnderTest();
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const isNotGated = (error: unknown) =>
    error instanceof UserError && error.code === 'agentNotGated';

  it('asks although its environment and its settings let everything through', async () => {
    agent.configure('.copilot/settings.json', { defaultPermissionMode: 'allow-all' });
    const env = { ...agent.env, COPILOT_ALLOW_ALL: 'true' };
    conversation = new Conversation({ ...agent, env });
    await conversation.start();
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
  });

  it('is not started so that it runs everything', async () => {
    const launcher = launcherWith(agent, 'copilot', ['--acp', '--allow-all']);
    conversation = new Conversation({ ...agent, launcher });
    await assert.rejects(conversation.start(), isNotGated);
  });

  it('is not started by a script of the person that has it run everything, of which it would not tell', async function () {
    needs(this, 'scripts that are programs', hasPosix);
    const folder = temporaryFolder();
    const wrapper = path.join(folder, 'copilot');
    const text = `#!/bin/sh\nexec "${agent.program}" --allow-all-tools "$@"\n`;
    fs.writeFileSync(wrapper, text, { mode: 0o755 });
    const commands = { copilot: wrapper };
    const launcher = await createLauncher('copilot', { demoProgram: '', commands });
    conversation = new Conversation({ ...agent, launcher });
    await assert.rejects(conversation.start(), { code: 'agentNotGated' });
    assert.deepEqual(conversation.processes, []);
    removeFolder(folder);
  });

  it('that runs everything all the same is found out by its first call', async () => {
    const launcher = launcherWith(agent, 'copilot', ['--acp', '--allow-all-tools']);
    conversation = new Conversation({ ...agent, launcher });
    await conversation.start();
    await conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
    assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), true);
    const notices = conversation.events.flatMap((event) =>
      event.kind === 'notice' ? [event.text] : [],
    );
    assert.match(notices.join(), /ran this without asking: touch made\./);
  });

  it('is not told to allow everything, and goes on asking', async () => {
    conversation = new Conversation(agent);
    await conversation.start();
    const { connection } = conversation;
    await waitFor(
      () => connection.controls?.commands.some(({ name }) => name === 'allow-all') ?? false,
      'its commands',
    );
    await assert.rejects(connection.prompt('/allow-all on'), /was not chosen/);
    const turn = connection.prompt(agent.prompt([agent.makeFile('made')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
  });
});
