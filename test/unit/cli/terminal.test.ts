import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/cli/run.ts';
import { exitCodeOf } from '../../../src/cli/runEnd.ts';
import { RunStop } from '../../../src/cli/runStop.ts';
import { terminalStyle } from '../../../src/cli/style.ts';
import { Terminal } from '../../../src/cli/terminal.ts';
import { CliAgent, command, domain, draft, SESSION, type Told, until } from './relayHarness.ts';

async function terminal() {
  const { broker, rules, journal } = domain();
  const agent = new CliAgent();
  const stop = new RunStop();
  const clock = { at: 10_000, now: () => clock.at };
  const rawModes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    setRawMode: (on: boolean) => void rawModes.push(on),
  });
  const screen = { text: '' };
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      screen.text += chunk.toString();
      done();
    },
  });
  const surface = new Terminal({
    broker,
    rules,
    stop,
    stdin,
    stdout,
    clock,
    style: terminalStyle(false),
  });
  const told: Told[] = [];
  const ended = run({
    launcher: agent,
    broker,
    session: SESSION,
    prompt: 'Do it',
    env: {},
    surface,
    stop,
    log: () => {},
  });
  await until(() => agent.prompts.length === 1);
  return {
    agent,
    broker,
    journal,
    clock,
    screen,
    stop,
    stdin,
    rawModes,
    told,
    exitCode: async () => exitCodeOf(await ended),
    ask: (text = 'pnpm test', change: Partial<ReturnType<typeof draft>> = {}) =>
      agent.options?.gate.raise({ ...draft(command(text)), ...change }, (decision, native) => {
        told.push({ decision, native });
      }),
    /** Types after the card has become live, unless told otherwise. */
    type: async (text: string, after = 500) => {
      clock.at += after;
      stdin.write(text);
      await sleep(5);
    },
  };
}

const said = ({ told }: { told: Told[] }) => told.map(({ decision }) => decision.outcome);

describe('The terminal', () => {
  it('shows the card as text and takes a letter and Enter', async () => {
    const t = await terminal();
    t.agent.emit({ kind: 'text', text: 'I will test it.\n' });
    t.ask('rm -rf build', { why: 'to be clean\u202e' });
    await t.type('o\r');
    await until(() => t.told.length === 1);
    t.agent.emit({
      kind: 'toolCall',
      call: { callId: 'call-1', title: 'rm -rf build', status: 'completed' },
    });
    t.agent.emit({ kind: 'text', text: 'Done.' });
    t.agent.endTurn({ reason: 'done' });
    assert.equal(await t.exitCode(), 0);
    assert.equal(
      t.screen.text,
      [
        'Fake Agent 1.0.0 asks for everything.',
        'I will test it.',
        '',
        'Fake Agent wants to run a command',
        '! Deletes files and folders for good.',
        '  $ rm -rf build',
        '  Why: “to be clean[U+202E]”',
        '[d] Deny  [o] Allow once  [s] Always allow in this session  [?] more: o',
        '✓ Allowed once by you',
        '✓ rm -rf build',
        'Done.',
      ].join('\n'),
    );
    assert.deepEqual(said(t), ['allow']);
    assert.deepEqual(t.rawModes, [true, false]);
  });

  it('takes no message that the agent has no place for, and says so', async () => {
    const setup = await terminal();
    setup.ask('pnpm test', { feedback: 'nextPrompt' });
    await setup.type('m\r');
    assert.match(setup.screen.text, /has no place for a message with a denial/);
    assert.deepEqual(said(setup), []);
    await setup.type('d\r');
    await until(() => setup.told.length === 1);
    assert.deepEqual(said(setup), ['deny']);
    setup.agent.endTurn({ reason: 'done' });
    await setup.exitCode();
  });

  it('discards what was typed before the card, and in its first half second', async () => {
    const t = await terminal();
    await t.type('o');
    t.ask();
    await t.type('\r', 600);
    assert.deepEqual(t.told, []);
    assert.equal(t.broker.pending.length, 1);

    const second = await terminal();
    second.ask();
    await second.type('o\r', 499);
    await second.type('\r', 100);
    assert.deepEqual(second.told, []);
    await second.type('d\r', 1);
    assert.deepEqual(said(second), ['deny']);
    for (const each of [t, second]) {
      await each.type('\x03');
      assert.equal(await each.exitCode(), 130);
    }
  });

  it('has no default, and takes nothing that it does not know for an answer', async () => {
    const t = await terminal();
    t.ask();
    for (const line of ['', ' ', 'y', 'yes', 'ok', 'o!', 'no, do not allow this', '0', '9', 'od'])
      await t.type(`${line}\r`);
    assert.deepEqual(t.told, []);
    await t.type('ALLOW ONCE\r');
    assert.deepEqual(said(t), ['allow']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('edits the line: backspace, Ctrl-U, arrow keys and cut characters', async () => {
    const t = await terminal();
    t.ask();
    await t.type('ox\x7f\x15\x1b[A\x1bOAm\r');
    await t.type(Buffer.from('Gr').toString());
    for (const byte of Buffer.from('öße😀😀\x7f\u202e')) t.stdin.write(Buffer.from([byte]));
    await t.type('\r');
    await until(() => t.told.length === 1);
    assert.deepEqual(
      t.told.map(({ decision }) => [decision.outcome, decision.feedback]),
      [['deny', 'Größe😀']],
    );
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('takes one answer, also while it is on its way to disk', async () => {
    const t = await terminal();
    t.ask();
    t.journal.before = () => sleep(50);
    await t.type('o\r');
    await t.type('d\r');
    await until(() => t.told.length === 1);
    await sleep(60);
    assert.deepEqual(said(t), ['allow']);
    assert.match(t.screen.text, /more: o\n✓ Allowed once by you\n$/);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('says once that a call is over', async () => {
    const t = await terminal();
    const call = { callId: 'c', title: 'Edit it', status: 'pending' } as const;
    t.agent.emit({ kind: 'toolCall', call });
    for (const status of ['failed', 'failed', 'completed'] as const)
      t.agent.emit({ kind: 'toolCall', call: { ...call, status } });
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
    assert.equal(t.screen.text.match(/Edit it/g)?.length, 1);
  });

  it('makes a rule for the session, and says when it answers', async () => {
    const t = await terminal();
    t.ask();
    await t.type('s\r');
    await until(() => t.told.length === 1);
    t.ask();
    await until(() => t.told.length === 2);
    assert.deepEqual(said(t), ['allow', 'allow']);
    assert.match(t.screen.text, /✓ Always allowed by you in this session\n/);
    assert.match(t.screen.text, /✓ Allowed by a rule of this session \(pnpm test\)\n/);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('shows no card for what a rule answers that was made on the one before', async () => {
    const t = await terminal();
    t.ask('pnpm test');
    for (const text of ['pnpm test', 'pnpm test', 'pnpm build']) t.ask(text);
    await t.type('s\r');
    await until(() => t.told.length === 3);
    await until(() => t.screen.text.includes('$ pnpm build'));
    assert.equal(t.screen.text.match(/\$ pnpm test/g)?.length, 1);
    assert.match(
      t.screen.text,
      /in this session\n(?:✓ Allowed by a rule of this session \(pnpm test\)\n){2}\nFake Agent wants/,
    );
    await t.type('d\r');
    assert.deepEqual(said(t), ['allow', 'allow', 'allow', 'deny']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('shows the agent’s own options, and sends a wider one as once', async () => {
    const t = await terminal();
    t.ask();
    await t.type('?\r');
    assert.match(
      t.screen.text,
      /\[m\] Deny with a message\n {2}\[a\] Always allow …\n {2}\[n\] Always deny …\n {2}Fake Agent’s own options:\n {2}\[1\] yes – Same as Allow once\n {2}\[2\] yes-always – Wider than this call: will be sent as once/,
    );
    await t.type('2\r');
    await until(() => t.told.length === 1);
    assert.deepEqual(t.told[0]?.native.kind === 'option' && t.told[0].native.option.id, 'yes');
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('offers only what is possible', async () => {
    const t = await terminal();
    const { options } = draft(command('ls'));
    t.ask('ls', { options: options.filter(({ kind }) => kind !== 'allow_once') });
    assert.match(t.screen.text, /\[d\] Deny {2}\[\?\] more: $/);
    for (const line of ['o\r', 's\r']) await t.type(line);
    assert.equal(t.screen.text.match(/That is none of these\./g)?.length, 2);
    await t.type('1\r');
    assert.match(t.screen.text, /no way to allow just this call/);
    assert.deepEqual(t.told, []);
    await t.type('d\r');
    assert.deepEqual(said(t), ['deny']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('asks one after the other; what comes meanwhile waits its turn', async () => {
    const t = await terminal();
    t.ask('one');
    t.ask('two');
    t.agent.emit({ kind: 'text', text: 'Meanwhile.\n' });
    assert.doesNotMatch(t.screen.text, /two|Meanwhile/);
    await t.type('o\ro\r');
    await until(() => t.told.length === 1);
    assert.match(
      t.screen.text,
      /Allowed once by you\nMeanwhile\.\n\nFake Agent wants to run a command\n {2}\$ two/,
    );
    // The second answer came with the first: it was not meant for this card.
    assert.deepEqual(said(t), ['allow']);
    await t.type('d\r');
    assert.deepEqual(said(t), ['allow', 'deny']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('closes a card that the agent took back, and goes on to the next', async () => {
    const t = await terminal();
    const first = t.ask('one');
    t.ask('two');
    await t.type('o');
    first?.withdraw();
    assert.match(t.screen.text, /✗ Withdrawn by Fake Agent before an answer\. Nothing ran\./);
    // The letter was for the card that is gone.
    await t.type('\r', 600);
    assert.deepEqual(said(t), ['deny']);
    await t.type('o\r');
    assert.deepEqual(said(t), ['deny', 'allow']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('asks again when a decision cannot be put on record', async () => {
    const t = await terminal();
    t.ask();
    t.journal.before = async () => {
      throw new Error('the disk is full');
    };
    await t.type('o\r');
    assert.match(t.screen.text, /could not be put on record \(the disk is full\)/);
    assert.deepEqual(t.told, []);
    t.journal.before = async () => {};
    await t.type('o\r');
    assert.deepEqual(said(t), ['allow']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('lets a question be answered by number, by text, or skipped', async () => {
    const t = await terminal();
    const choices = ['Chrome', 'Firefox', 'Safari'].map((label) => ({ label, description: '' }));
    const questions = [
      { id: 'a', text: 'Which browsers?', multiSelect: true, choices },
      { id: '__proto__', text: 'Which first?', multiSelect: false, choices },
    ];
    t.ask('x', { source: 'agent_question', questions });
    await t.type('1, 3\r');
    assert.equal(t.told.length, 0);
    await t.type('Opera\r');
    await until(() => t.told.length === 1);
    const answers = t.told.flatMap(({ decision }) => Object.entries(decision.answers ?? {}));
    assert.deepEqual(answers, [
      ['a', 'Chrome, Safari'],
      ['__proto__', 'Opera'],
    ]);
    t.ask('x', { source: 'agent_question', questions });
    await t.type('d\r');
    assert.deepEqual(said(t), ['allow', 'deny']);
    t.agent.endTurn({ reason: 'done' });
    await t.exitCode();
  });

  it('denies what waits when the terminal goes away or Ctrl-D is typed', async () => {
    for (const end of ['\x04', undefined]) {
      const t = await terminal();
      t.ask();
      if (end) await t.type(end);
      else t.stdin.end();
      assert.equal(await t.exitCode(), 3);
      assert.deepEqual(said(t), ['deny']);
    }
  });

  it('lets Ctrl-C through even when nothing is asked', async () => {
    const t = await terminal();
    await t.type('\x1b[\x03', 0);
    assert.equal(await t.exitCode(), 130);
    assert.equal(t.agent.stops, 1);
  });
});
