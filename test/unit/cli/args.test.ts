import assert from 'node:assert/strict';
import { parseCommand } from '../../../src/cli/args.ts';

const message = (...argv: string[]) => {
  const parsed = parseCommand(argv);
  return parsed.ok ? undefined : parsed.error.message;
};

describe('The words of the command line', () => {
  it('reads a run', () => {
    const parsed = parseCommand([
      'run',
      '--agent',
      'claude',
      '--cwd',
      'DIR',
      '--prompt',
      '- a list',
      '--approve-each',
    ]);
    assert.deepEqual(parsed, {
      ok: true,
      value: {
        kind: 'run',
        agent: { kind: 'catalog', id: 'claude' },
        cwd: 'DIR',
        prompt: '- a list',
        json: false,
        rawInput: false,
        journal: undefined,
        rules: undefined,
        strict: false,
        timeout: 0,
      },
    });
  });

  it('reads a time-out in minutes, and refuses what is none', () => {
    const run = ['run', '--agent', 'demo', '--prompt', 'x', '--approve-each', '--timeout'];
    const half = parseCommand([...run, '0.5']);
    assert.ok(half.ok && half.value.kind === 'run' && half.value.timeout === 0.5);
    for (const wrong of ['soon', '', '-1', 'Infinity'])
      assert.equal(parseCommand([...run, wrong]).ok, false, wrong);
  });

  it('reads a program over ACP with its arguments, also such as begin with a dash', () => {
    const run = ['run', '--prompt', 'x', '--permission-mode', 'ask', '--json', '--raw-input'];
    const parsed = parseCommand([
      ...run,
      '--agent-command',
      'gemini',
      '--agent-arg',
      '--acp',
      '--',
      '--debug',
      '--prompt',
    ]);
    assert.ok(parsed.ok && parsed.value.kind === 'run');
    assert.deepEqual(parsed.value.agent, {
      kind: 'command',
      command: 'gemini',
      args: ['--acp', '--debug', '--prompt'],
    });
    assert.deepEqual([parsed.value.json, parsed.value.rawInput], [true, true]);
  });

  it('starts nothing without a mode that asks', () => {
    const run = ['run', '--agent', 'claude', '--prompt', 'x'];
    assert.match(message(...run) ?? '', /^Choose how calls are answered: --approve-each/);
    for (const mode of ['acceptEdits', 'bypassPermissions', 'default', 'allow'])
      assert.match(
        message(...run, '--approve-each', '--permission-mode', mode) ?? '',
        new RegExp(`There is no permission mode "${mode}"`),
      );
  });

  it('says what is wrong', () => {
    const ask = ['--approve-each', '--prompt', 'x'];
    assert.match(message('fly') ?? '', /There is no command "fly"/);
    assert.match(message('run', ...ask) ?? '', /Name an agent/);
    assert.match(message('run', '--agent', 'claude', '--approve-each') ?? '', /--prompt/);
    assert.match(message('run', '--agent', 'a', '--agent-command', 'b', ...ask) ?? '', /not both/);
    assert.match(message('run', '--agent', 'a', ...ask, '--', '--yolo') ?? '', /--agent-command/);
    assert.match(
      message('run', '--agent', 'a', ...ask, 'more') ?? '',
      /Unexpected argument 'more'/,
    );
    assert.match(message('run', '--agent', 'a', ...ask, '--yolo') ?? '', /--yolo/);
    assert.match(message('audit', 'burn') ?? '', /audit burn/);
    assert.match(message('audit', 'verify', '--json') ?? '', /no --json/);
  });

  it('reads the other commands', () => {
    const value = (...argv: string[]) => {
      const parsed = parseCommand(argv);
      return parsed.ok ? parsed.value : parsed.error;
    };
    assert.deepEqual(value('agents', '--json'), { kind: 'agents', json: true });
    assert.deepEqual(value('audit', 'verify', '--journal', 'D'), {
      kind: 'auditVerify',
      journal: 'D',
    });
    assert.deepEqual(value('audit', 'show', '--json'), {
      kind: 'auditShow',
      journal: undefined,
      json: true,
    });
    assert.deepEqual(value(), { kind: 'help', topic: 'main' });
    assert.deepEqual(value('help', 'run'), { kind: 'help', topic: 'run' });
    assert.deepEqual(value('run', '--help'), { kind: 'help', topic: 'run' });
    assert.deepEqual(value('audit'), { kind: 'help', topic: 'audit' });
    assert.deepEqual(value('--version'), { kind: 'version' });
  });
});
