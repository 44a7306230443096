import assert from 'node:assert/strict';
import path from 'node:path';
import type { AgentConnection } from '../../../src/agents/agent.ts';
import { linkAssistantLauncher } from '../../../src/agents/linkAssistant/launcher.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker } from '../../../src/permission/broker.ts';
import { rulesOnFakes } from '../../support/rules.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../support/testFolder.ts';

const FAKE = path.join(ROOT, 'test/support/fakeLinkAgent.mjs');

describe('Starting agent (link-assistant)', () => {
  let cwd: string;
  let started: AgentConnection[];
  beforeEach(() => {
    cwd = temporaryFolder();
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map((connection) => connection.stop()));
    removeFolder(cwd);
  });

  async function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, resume?: string) {
    const newId = ulidSource(systemClock.now);
    const journal = { append: async () => undefined };
    const gate = new Broker({ clock: systemClock, newId, journal, rules: rulesOnFakes(newId) });
    const launcher = linkAssistantLauncher({ command: process.execPath, args: [FAKE, ...args] });
    const connection = await launcher.start({
      session: { key: newId(), title: 'Test', cwd, workspaceFolder: cwd },
      gate,
      env: { PATH: process.env['PATH'], ...env },
      signal: new AbortController().signal,
      log: () => undefined,
      ...(resume !== undefined && { resume }),
    });
    started.push(connection);
    return connection;
  }

  it('knows its version, and ends with it', async () => {
    const connection = await start();
    assert.equal(connection.agent.version, '0.26.0');
    await connection.stop();
    assert.equal((await connection.exited).error, undefined);
  });

  it('is refused in a version that is not known to ask', async () => {
    for (const version of ['0.25.9', '0.9.100', 'none', '1.2', '10.0.0.1'])
      await assert.rejects(start([], { FAKE_LINK_AGENT_VERSION: version }), {
        code: 'agentNotGated',
      });
    for (const version of ['0.26.1', '0.27.0', '1.0.0'])
      await start([], { FAKE_LINK_AGENT_VERSION: version });
  });

  it('is refused with arguments that let calls through', async () => {
    for (const arg of [
      '--permission',
      '--permission-mode=auto',
      '--no-compact-json',
      '-p',
      '--resume',
    ])
      await assert.rejects(start([arg]), { code: 'agentNotGated' }, arg);
  });

  it('goes on with an earlier session, by its id', async () => {
    const connection = await start([], {}, 'ses_fake');
    assert.equal(connection.nativeSessionId, 'ses_fake');
    await connection.prompt('{"calls":[]}');
    assert.equal(connection.nativeSessionId, 'ses_fake');
  });

  it('says so where it does not know the session', async () => {
    const connection = await start([], {}, 'ses_gone');
    const { error } = await connection.exited;
    assert.equal(error?.code, 'notResumed');
    assert.match(error?.message ?? '', /Session not found: ses_gone/);
  });

  it('is not started with an id that could be read as something else', async () => {
    for (const id of ['--permission-mode=auto', '', 'ses_a b', 'ses_', 'x'])
      await assert.rejects(start([], {}, id), { code: 'notResumed' }, id);
  });
});
