import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { AgentLauncher, StartOptions } from '../../../src/agents/agent.ts';
import { type AgentCommand, GateMemory } from '../../../src/agents/gateMemory.ts';
import { watched } from '../../../src/agents/watched.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { draft } from '../../support/builders.ts';
import { FakeAgent } from '../../support/fakeAgent.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

const NOT_GATED = new UserError('agentNotGated', 'It would not ask.', 'Change it.');
const NOT_SIGNED_IN = new UserError('notSignedIn', 'It is not signed in.', 'Sign in.');
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('An agent that is watched', () => {
  let folder: string;
  let program: string;
  let stored: Map<string, unknown>;
  let starts: string[];
  let running: FakeAgent[];
  /** What each start comes to, in order; then they all work. */
  let errors: (Error | undefined)[];
  beforeEach(() => {
    folder = temporaryFolder();
    program = path.join(folder, 'agent');
    fs.writeFileSync(program, 'one', { mode: 0o755 });
    stored = new Map();
    starts = [];
    running = [];
    errors = [];
  });
  afterEach(() => removeFolder(folder));

  const launcher: AgentLauncher = {
    id: 'mine',
    name: 'Mine',
    start: async (options) => {
      const { cwd } = options.session;
      assert.ok(fs.statSync(cwd).isDirectory());
      starts.push(cwd === folder ? 'workspace' : fs.readdirSync(cwd).length === 0 ? 'empty' : cwd);
      const error = errors.shift();
      if (error) throw error;
      const agent = new FakeAgent();
      running.push(agent);
      return agent.start(options);
    },
  };
  const memory = () =>
    new GateMemory(
      {
        get: (key) => stored.get(key),
        // As a memento does: what is kept is JSON.
        update: async (key, value) => void stored.set(key, JSON.parse(JSON.stringify(value))),
      },
      { PATH: folder },
    );
  const command = (more: Partial<AgentCommand> = {}): AgentCommand => ({
    command: 'agent',
    args: ['--acp'],
    env: {},
    ...more,
  });
  const seen = (what = command()) => memory().seen('settings.mine', what);
  const watch = (what = command(), measured?: string) =>
    watched(launcher, {
      memory: memory(),
      agentKey: 'settings.mine',
      command: what,
      ...(measured !== undefined && { measured }),
    });
  const start = (what?: AgentCommand, measured?: string) =>
    watch(what, measured).start(startIn(folder));

  it('is looked at in an empty folder before its first start, and only then', async () => {
    assert.equal(watch().expects?.(), undefined);
    await start();
    assert.deepEqual(starts, ['empty', 'workspace']);
    assert.deepEqual(
      running.map(({ stops, prompts }) => [stops, prompts]),
      [
        [1, []],
        [0, []],
      ],
    );
    assert.deepEqual(seen(), { kind: 'asks', version: '1.0.0', asksFor: 'everything' });
    assert.equal(watch().expects?.(), 'everything');
    await start();
    assert.deepEqual(starts, ['empty', 'workspace', 'workspace']);
  });

  it('cannot have anything allowed while it is looked at', async () => {
    const raised: unknown[] = [];
    const asking: AgentLauncher = {
      ...launcher,
      start: (options) => {
        if (options.session.cwd !== folder)
          assert.throws(() => options.gate.raise(draft(), (decision) => raised.push(decision)));
        return launcher.start(options);
      },
    };
    const options = { memory: memory(), agentKey: 'settings.mine', command: command() };
    await watched(asking, options).start(startIn(folder));
    assert.deepEqual([starts, raised], [['empty', 'workspace'], []]);
  });

  it('leaves no folder behind', async () => {
    let cwd = '';
    const noting: AgentLauncher = {
      ...launcher,
      start: (options) => {
        cwd ||= options.session.cwd;
        return launcher.start(options);
      },
    };
    const looking = watched(noting, {
      memory: memory(),
      agentKey: 'settings.mine',
      command: command(),
    });
    await looking.start(startIn(folder));
    assert.notEqual(cwd, folder);
    assert.equal(fs.existsSync(cwd), false);
  });

  it('is refused before it has seen the workspace, each time that it would not ask', async () => {
    for (const turn of [1, 2]) {
      errors = [NOT_GATED];
      await assert.rejects(start(), NOT_GATED);
      assert.deepEqual(starts, Array(turn).fill('empty'));
      assert.deepEqual(seen(), { kind: 'refused', why: 'It would not ask.' });
      assert.equal(watch().expects?.(), undefined);
    }
    await start();
    assert.equal(seen()?.kind, 'asks');
  });

  it('is held to asking at each start, whatever is remembered of it', async () => {
    await start();
    errors = [NOT_GATED];
    await assert.rejects(start(), NOT_GATED);
    assert.deepEqual(starts.slice(2), ['workspace']);
    assert.equal(seen()?.kind, 'refused');
    await start();
    assert.deepEqual(starts.slice(3), ['empty', 'workspace']);
  });

  it('is looked at again in another version, with other arguments or variables', async () => {
    await start();
    fs.writeFileSync(program, 'another', { mode: 0o755 });
    assert.equal(seen(), undefined);
    await start();
    await start(command({ args: ['--acp', '--debug'] }));
    await start(command({ env: { MODE: 'x' } }));
    assert.deepEqual(starts, Array(4).fill(['empty', 'workspace']).flat());
  });

  it('is looked at again when a file that its arguments name is another', async () => {
    const script = path.join(folder, 'agent.js');
    fs.writeFileSync(script, '1');
    const what = command({ command: process.execPath, args: [script] });
    await start(what);
    assert.equal(seen(what)?.kind, 'asks');
    fs.writeFileSync(script, '22');
    assert.equal(seen(what), undefined);
  });

  it('that cannot be looked at speaks for itself when it starts', async () => {
    errors = [NOT_SIGNED_IN, NOT_SIGNED_IN];
    await assert.rejects(start(), NOT_SIGNED_IN);
    assert.deepEqual(starts, ['empty', 'workspace']);
    assert.equal(seen(), undefined);
  });

  it('that was measured is not looked at, and is known from the start', async () => {
    assert.equal(watch(command(), 'everything, except x').expects?.(), 'everything, except x');
    await start(command(), 'everything, except x');
    assert.deepEqual(starts, ['workspace']);
    assert.deepEqual(seen(), { kind: 'asks', version: '1.0.0', asksFor: 'everything' });
  });

  it('starts as ever where nothing can be remembered, or what is kept is no sighting', async () => {
    const store = { get: () => undefined, update: () => Promise.reject(new Error('full')) };
    const options = { agentKey: 'settings.mine', command: command() };
    const forgetful = watched(launcher, { ...options, memory: new GateMemory(store, {}) });
    await forgetful.start(startIn(folder));
    await settled();
    stored.set('countersign.gate.settings.mine', { what: 3, sighting: { kind: 'asks' } });
    await start();
    assert.deepEqual(starts, Array(2).fill(['empty', 'workspace']).flat());
  });

  it('keeps no variable of the settings as it is', async () => {
    await start(command({ env: { TOKEN: 'sekrit-value' } }));
    assert.equal(JSON.stringify([...stored]).includes('sekrit-value'), false);
  });
});

function startIn(cwd: string): StartOptions {
  return {
    session: { key: 'k', title: 'Test', cwd, workspaceFolder: cwd },
    gate: { raise: () => assert.fail('Nothing asks') },
    env: {},
    signal: new AbortController().signal,
    log: () => undefined,
  };
}
