import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { heapInUse } from '../../support/heap.ts';
import { answer, asked, command, errors, outcomes, started, until } from './relayHarness.ts';

describe('The relay', () => {
  it('tells one run from its start to its end, in lines with these fields', async () => {
    const setup = await started();
    const { agent } = setup;
    agent.emit({ kind: 'text', text: 'I will **test**', messageId: 'm' });
    agent.emit({ kind: 'text', text: ' it.\nAnd', messageId: 'm' });
    agent.emit({
      kind: 'toolCall',
      call: { callId: 'call-1', title: 'pnpm test', toolKind: 'execute', status: 'pending' },
    });
    const request = await asked(setup);
    setup.say(answer(request['id'], 'once'));
    await until(() => setup.told.length === 1);
    agent.endTurn({ reason: 'done' });
    assert.equal(await setup.exitCode(), 0);
    const { id, argsHash, raisedAt } = request;
    const sessionId = 'SESSION';
    assert.deepEqual(setup.lines, [
      {
        type: 'session_started',
        sessionId,
        agent: { id: 'fake', name: 'Fake Agent', version: '1.0.0' },
        cwd: '/home/dev/project',
        asksFor: 'everything',
      },
      { type: 'agent_message', sessionId, messageId: '1', text: 'I will **test** it.\n' },
      { type: 'agent_message', sessionId, messageId: '1', text: 'And' },
      {
        type: 'tool_call',
        sessionId,
        callId: 'call-1',
        title: 'pnpm test',
        kind: 'execute',
        status: 'pending',
        requestId: null,
      },
      {
        type: 'permission_request',
        id,
        tool: 'execute',
        sessionId,
        callId: 'call-1',
        toolName: 'Bash',
        title: 'Run a command',
        command: 'pnpm test',
        pattern: 'pnpm test',
        scope: 'session',
        scopes: ['session'],
        input: { command: 'pnpm test', cwd: '.' },
        kind: 'command',
        argsHash,
        options: [
          {
            id: 'yes',
            label: 'yes',
            kind: 'allow_once',
            outcome: 'allow',
            note: 'Same as Allow once',
            wider: false,
          },
          {
            id: 'yes-always',
            label: 'yes-always',
            kind: 'allow_always',
            outcome: 'allow',
            note: 'Wider than this call: will be sent as once',
            wider: true,
          },
          {
            id: 'no',
            label: 'no',
            kind: 'reject_once',
            outcome: 'deny',
            note: 'Same as Deny',
            wider: false,
          },
        ],
        decisions: ['once', 'always', 'reject', 'never'],
        agent: { id: 'fake', name: 'Fake Agent', version: '1.0.0' },
        raisedAt,
        why: null,
        risk: null,
        rejectEndsTurn: false,
      },
      {
        type: 'permission_resolved',
        id,
        sessionId,
        callId: 'call-1',
        decision: 'allow',
        always: false,
        by: { kind: 'person', surface: 'cli' },
        delivery: 'delivered',
        text: 'Allowed once by you',
      },
      {
        type: 'session_ended',
        sessionId,
        reason: 'done',
        code: 0,
        signal: null,
        exitCode: 0,
        message: null,
      },
    ]);
    assert.equal(agent.inputEnds, 1);
  });

  it('takes two pending requests out of order', async () => {
    const setup = await started();
    const first = await asked(setup, 'one');
    const second = await asked(setup, 'two', 'call-2');
    setup.say(answer(second['id'], 'once'));
    await until(() => setup.told.length === 1);
    setup.say(answer(first['id'], 'reject', { message: 'Not this one' }));
    await until(() => setup.told.length === 2);
    assert.deepEqual(
      setup.told.map(({ decision }) => [decision.requestId, decision.outcome, decision.feedback]),
      [
        [second['id'], 'allow', undefined],
        [first['id'], 'deny', 'Not this one'],
      ],
    );
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('answers the same call by itself after "always", and only that call', async () => {
    const setup = await started();
    const first = await asked(setup);
    setup.say(answer(first['id'], 'always'));
    await until(() => setup.told.length === 1);
    setup.ask(command('pnpm test'), 'call-2');
    await until(() => setup.told.length === 2);
    assert.equal(setup.of('permission_request').length, 1);
    const [, second] = setup.of('permission_resolved');
    assert.match(JSON.stringify(second?.['by']), /"kind":"rule".*"scope":"session"/);
    assert.deepEqual(outcomes(setup), [
      ['allow', 'yes'],
      ['allow', 'yes'],
    ]);
    await asked(setup, 'pnpm test --watch', 'call-3');
    assert.equal(setup.told.length, 2);
    setup.stop.request({ kind: 'signal', signal: 'SIGINT' });
    await setup.ended;
  });

  it('reports a bad line, an unknown id, an unknown decision and keeps the request open', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    const bad = [
      'not json',
      '{"type":"permission_response"',
      '[]',
      'null',
      '"text"',
      { type: 'hello' },
      { type: 'permission_response', id },
      { type: 'permission_response', id: 7, decision: 'once' },
      answer(id, 'yes'),
      answer(id, 'allow'),
      answer(id, 'once', { message: 'x'.repeat(5000) }),
      answer(id, 'once', { optionId: 5 }),
    ];
    for (const line of bad) setup.say(line);
    setup.say(answer('01JDNOBODY0000000000000000', 'once'));
    setup.say(answer(id, 'once', { optionId: 'nobody' }));
    setup.say(answer(id, 'once', { optionId: 'no' }));
    setup.say(answer(id, 'reject', { optionId: 'yes' }));
    setup.say(answer(id, 'once', { argsHash: 'another' }));
    await until(() => setup.of('error').length === bad.length + 5);
    assert.deepEqual(errors(setup), [
      ...bad.map(() => ['badLine', null]),
      ['unknownRequest', '01JDNOBODY0000000000000000'],
      ['unknownOption', id],
      ['unknownOption', id],
      ['unknownOption', id],
      ['changed', id],
    ]);
    assert.deepEqual(setup.told, []);
    assert.equal(setup.broker.pending.length, 1);
    setup.say(answer(id, 'once', { unknownField: 1, optionId: null, message: '' }));
    await until(() => setup.told.length === 1);
    setup.agent.endTurn({ reason: 'done' });
    assert.equal(await setup.exitCode(), 0);
  });

  it('lets the first answer win, also while it is on its way to disk', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    setup.journal.before = () => slow;
    setup.say(answer(id, 'reject'));
    setup.say(answer(id, 'once'));
    await sleep(20);
    assert.deepEqual(setup.told, []);
    release();
    await until(() => setup.of('error').length === 1);
    setup.say(answer(id, 'always'));
    await until(() => setup.of('error').length === 2);
    assert.deepEqual(errors(setup), [
      ['alreadySettled', id],
      ['alreadySettled', id],
    ]);
    assert.deepEqual(outcomes(setup), [['deny', 'no']]);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('allows nothing that cannot be put on record, and says so', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    setup.journal.before = async () => {
      throw new Error('the disk is full');
    };
    setup.say(answer(id, 'once'));
    await until(() => setup.of('error').length === 2);
    assert.deepEqual(errors(setup), [
      ['journalFailed', null],
      ['journalFailed', id],
    ]);
    assert.deepEqual(setup.told, []);
    setup.journal.before = async () => {};
    setup.say(answer(id, 'once'));
    await until(() => setup.told.length === 1);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('reads characters and lines that chunks cut in two', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    const bytes = Buffer.from(
      `${JSON.stringify(answer(id, 'reject', { message: 'Größe 😀' }))}\r\n`,
    );
    for (const byte of bytes) {
      setup.stdin.write(Buffer.from([byte]));
      await Promise.resolve();
    }
    await until(() => setup.told.length === 1);
    assert.equal(setup.told[0]?.decision.feedback, 'Größe 😀');
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('skips a line that is too long, in bounded memory, and reads the next', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    const piece = Buffer.alloc(64 * 1024, 'x');
    for (let n = 0; n < 40; n++) setup.stdin.write(piece);
    setup.say('');
    setup.say(answer(id, 'once'));
    await until(() => setup.told.length === 1);
    assert.deepEqual(errors(setup), [['lineTooLong', null]]);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('takes secrets out of what it shows, unless raw input is wanted', async () => {
    const token = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7'.padEnd(36, 'x7Q')}`;
    for (const rawInput of [false, true]) {
      const setup = await started({ rawInput });
      setup.agent.emit({ kind: 'text', text: `The token is ${token.slice(0, 10)}` });
      setup.agent.emit({ kind: 'text', text: `${token.slice(10)}.` });
      setup.agent.emit({
        kind: 'toolCall',
        call: { callId: 'call-1', title: `curl ${token}`, status: 'pending' },
      });
      const line = await asked(setup, `curl -H "Authorization: ${token}" \u202e`);
      assert.equal(JSON.stringify(line['input']).includes(token), rawInput);
      assert.equal(String(line['command']).includes(token), rawInput);
      assert.equal(String(line['command']).includes('\u202e'), rawInput);
      const { command: _, input: __, ...rest } = line;
      const others = setup.lines.filter(({ type }) => type !== 'permission_request');
      assert.equal(JSON.stringify([rest, others]).includes(token), false);
      setup.agent.endTurn({ reason: 'done' });
      await setup.ended;
    }
  });

  it('offers no "always" where no rule can be made', async () => {
    const setup = await started();
    setup.ask({ tool: 'execute', command: 'ls' });
    await until(() => setup.of('permission_request').length === 1);
    const [line] = setup.of('permission_request');
    assert.deepEqual(
      [line?.['pattern'], line?.['scope'], line?.['decisions']],
      [null, null, ['once', 'reject']],
    );
    setup.say(answer(line?.['id'], 'always'));
    await until(() => setup.of('error').length === 1);
    assert.deepEqual(errors(setup), [['ruleRefused', line?.['id']]]);
    assert.equal(setup.broker.pending.length, 1);
    setup.stop.request({ kind: 'signal', signal: 'SIGTERM' });
    await setup.ended;
  });

  it('passes a question on with its choices, and its answers back', async () => {
    const setup = await started();
    const { agent, told } = setup;
    const questions = [
      { id: 'q', text: 'Which?', multiSelect: false, choices: [{ label: 'A', description: '' }] },
    ];
    agent.options?.gate.raise(
      {
        source: 'agent_question',
        agent: agent.agent,
        session: agent.options.session,
        native: { method: 'ask', requestId: 1, toolName: 'AskUserQuestion' },
        action: { tool: 'other', toolName: 'AskUserQuestion', input: {} },
        options: [
          {
            id: 'y',
            label: 'y',
            kind: 'allow_once',
            nativeDecision: 1,
            nativeScope: '',
            bound: 'exact',
          },
        ],
        questions,
      },
      (decision, native) => void told.push({ decision, native }),
    );
    await until(() => setup.of('permission_request').length === 1);
    const [line] = setup.of('permission_request');
    assert.deepEqual(
      [line?.['title'], line?.['kind'], line?.['questions'], line?.['callId']],
      ['Which?', 'question', questions, null],
    );
    setup.say(answer(line?.['id'], 'once'));
    await until(() => setup.of('error').length === 1);
    setup.say(answer(line?.['id'], 'once', { answers: { q: 'A' } }));
    await until(() => told.length === 1);
    assert.deepEqual(told[0]?.decision.answers, { q: 'A' });
    agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('closes a request that the agent took back, and says so', async () => {
    const setup = await started();
    const raised = setup.ask(command('ls'));
    raised.withdraw();
    await until(() => setup.of('permission_resolved').length === 1);
    const [line] = setup.of('permission_resolved');
    assert.deepEqual([line?.['decision'], line?.['by']], ['deny', { kind: 'agentWithdrew' }]);
    setup.say(answer(raised.request.id, 'once'));
    await until(() => setup.of('error').length === 1);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('keeps no memory of requests that are over', async () => {
    const sink = new Writable({ write: (_, __, done) => done() });
    const setup = await started({ stdout: sink });
    const once = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const { request } = setup.ask(command(`echo ${n}`), `call-${n}`);
        setup.stdin.write(`${JSON.stringify(answer(request.id, 'once'))}\n`);
        if (n % 100 === 99) await until(() => setup.broker.pending.length === 0);
        setup.told.length = 0;
        setup.journal.entries.length = 0;
      }
      return heapInUse();
    };
    const before = await once(2000);
    const grown = ((await once(10_000)) - before) / 1e6;
    assert.ok(grown < 5, `${grown} MB more after 10,000 requests`);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });
});
