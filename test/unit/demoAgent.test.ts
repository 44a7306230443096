import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { createSampleWorkspace, isSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import { Workspace } from '../../src/demo/workspace.ts';
import { Broker } from '../../src/permission/broker.ts';
import type { PermissionRequest } from '../../src/permission/request.ts';
import { newSessionRef, Session } from '../../src/sessions/session.ts';
import { rulesOnFakes } from '../support/rules.ts';

const SOURCE = fileURLToPath(new URL('../../src/demo/demoAgent.ts', import.meta.url));

describe('the demo agent', function () {
  this.timeout(30_000);
  const newId = ulidSource(Date.now);
  let built: string;
  let folder: string;
  let broker: Broker;
  let session: Session;
  let asked: PermissionRequest[];
  /** What the person answers, by the tool of the request. */
  let answers: (request: PermissionRequest) => 'allow' | 'deny' | 'wait';

  before(async () => {
    built = await mkdtemp(join(tmpdir(), 'countersign-demo-agent-'));
    await writeFile(join(built, 'package.json'), '{"type":"module"}');
    await build({
      entryPoints: [SOURCE],
      outdir: built,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
  });

  after(() => rm(built, { recursive: true }));

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'countersign-demo-')));
    await createSampleWorkspace(folder);
    broker = new Broker({
      clock: { now: Date.now },
      newId,
      journal: { append: async () => {} },
      rules: rulesOnFakes(newId),
    });
    asked = [];
    answers = () => 'allow';
    broker.onDidRaise((request) => {
      asked.push(request);
      const outcome = answers(request);
      if (outcome !== 'wait') setImmediate(() => void answer(request, outcome));
    });
    session = open();
  });

  afterEach(async () => {
    await session.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function open(): Session {
    return new Session({
      ref: newSessionRef(newId(), folder),
      launcher: acpLauncher({
        id: 'demo',
        name: 'Demo agent',
        command: process.execPath,
        args: [join(built, 'demoAgent.js')],
      }),
      broker,
      env: process.env,
      log: () => {},
    });
  }

  function answer(request: PermissionRequest, outcome: 'allow' | 'deny') {
    const { id, argsHash } = request;
    const by = { kind: 'person', surface: 'cli' } as const;
    return broker.answer({ requestId: id, argsHash, outcome, by });
  }

  const said = () =>
    session.transcript.entries
      .flatMap((entry) => (entry.kind === 'agent' ? [entry.markdown] : []))
      .join('\n');
  const read = (name: string) => readFile(join(folder, name), 'utf8');

  it('asks for one of everything, does what was allowed and says so', async () => {
    await session.start();
    assert.equal(session.view.asksFor, 'everything');
    await session.prompt('Show me');
    assert.deepEqual(
      asked.map(({ action }) => action.tool),
      ['execute', 'edit', 'fetch', 'mcp', 'execute', 'execute'],
    );
    assert.match(said(), /4 tests passed/);
    assert.match(said(), /"sencha":90/);
    assert.match(said(), /green: 2 min/);
    assert.match(await read('src/brew.js'), /matcha/);
    assert.match(await read('notes.md'), /Matcha wants 60 seconds/);
  });

  it('does nothing of what was denied and says so', async () => {
    answers = () => 'deny';
    await session.start();
    await session.prompt('Show me');
    assert.equal(asked.length, 6);
    assert.doesNotMatch(await read('src/brew.js'), /matcha/);
    assert.doesNotMatch(await read('notes.md'), /Matcha/);
    assert.doesNotMatch(said(), /tests passed|sencha|: 2 min/);
    assert.equal(said().match(/You denied it/g)?.length, 12);
  });

  it('shows the whole change before it writes it', async () => {
    await session.start();
    const before = await read('src/brew.js');
    await session.prompt('[[edit]]');
    const [request] = asked;
    assert.ok(request?.action.tool === 'edit' && request.action.change.kind === 'write');
    assert.equal(request.action.change.oldText, before);
    assert.equal(await read('src/brew.js'), request.action.change.newText);
    await session.prompt('[[edit]]');
    assert.equal(await read('src/brew.js'), before);
  });

  it('leaves a file alone that changed while it asked', async () => {
    answers = () => 'wait';
    await session.start();
    const turn = session.prompt('[[edit]]');
    await until(() => asked.length === 1);
    await writeFile(join(folder, 'src/brew.js'), '// mine\n');
    const [request] = asked;
    if (request) await answer(request, 'allow');
    await turn;
    assert.equal(await read('src/brew.js'), '// mine\n');
    assert.match(said(), /did not work/);
  });

  it('plays only the parts that the prompt names', async () => {
    await session.start();
    await session.prompt('[[say]]');
    assert.equal(asked.length, 0);
    await session.prompt('[[mcp]] and [[command]]');
    assert.deepEqual(
      asked.map(({ action }) => action.tool),
      ['mcp', 'execute'],
    );
  });

  it('asks for many at once, and hears each answer', async () => {
    answers = ({ action }) =>
      action.tool === 'mcp' && /[02468] of/.test(String(action.arguments['text']))
        ? 'allow'
        : 'deny';
    await session.start();
    await session.prompt('[[many:50]]');
    assert.equal(asked.length, 50);
    assert.match(said(), /25 done, 25 not/);
    assert.equal((await read('notes.md')).match(/Cup \d+ of 50/g)?.length, 25);
  });

  it('stops waiting when the turn is stopped', async () => {
    answers = () => 'wait';
    await session.start();
    const turn = session.prompt('[[two]]');
    await until(() => asked.length === 2);
    await session.interrupt();
    await turn;
    assert.deepEqual(broker.pending, []);
    assert.equal(session.state.kind, 'ready');
    assert.doesNotMatch(said(), /green: 2 min/);
    answers = () => 'allow';
    await session.prompt('[[command]]');
    assert.match(said(), /4 tests passed/);
  });

  it('does not ask the second time when it is allowed always', async () => {
    await session.start();
    answers = () => 'wait';
    const turn = session.prompt('[[command]]');
    await until(() => asked.length === 1);
    const [request] = asked;
    assert.ok(request);
    await broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'allow',
      rule: { scope: 'session', match: 'exact' },
      by: { kind: 'person', surface: 'cli' },
    });
    await turn;
    await session.prompt('[[command]]');
    assert.equal(asked.length, 1);
    assert.equal(said().match(/4 tests passed/g)?.length, 4);
  });

  it('refuses to work in any other folder', async () => {
    await writeFile(join(folder, 'package.json'), '{}');
    await session.start();
    assert.ok(session.state.kind === 'failed');
    assert.match(session.state.error.message, /only in its sample workspace/);
  });

  it('refuses a file that is a link to somewhere else', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'countersign-outside-'));
    const target = join(outside, 'notes.md');
    await writeFile(target, 'mine\n');
    await rm(join(folder, 'notes.md'));
    await symlink(target, join(folder, 'notes.md'));
    await session.start();
    await session.prompt('[[mcp]]');
    assert.equal(await readFile(target, 'utf8'), 'mine\n');
    assert.match(said(), /leads out of the sample workspace/);
    await rm(outside, { recursive: true });
  });
});

describe('the sample workspace', () => {
  it('is made once, and what a person changed stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-sample-'));
    await createSampleWorkspace(folder);
    await writeFile(join(folder, 'README.md'), 'mine\n');
    await createSampleWorkspace(folder);
    assert.equal(await readFile(join(folder, 'README.md'), 'utf8'), 'mine\n');
    assert.equal(await isSampleWorkspace(folder), true);
    assert.equal(await isSampleWorkspace(tmpdir()), false);
    const workspace = await Workspace.open(folder);
    await assert.rejects(workspace.read('../../etc/hostname'));
    await rm(folder, { recursive: true });
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('Waited too long');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
