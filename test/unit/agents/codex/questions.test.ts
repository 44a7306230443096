import assert from 'node:assert/strict';
import { formOf } from '../../../../src/agents/codex/forms.ts';
import type { Json, JsonObject } from '../../../../src/base/json.ts';
import { canHaveRule } from '../../../../src/permission/rules.ts';
import { wish } from '../../../../src/protocol/words.ts';
import { MemoryCodex, resultFor } from '../../../wire/codex/memoryCodex.ts';

const TOOL = { codex_approval_kind: 'mcp_tool_call', tool_name: 'danger', tool_params: { a: 1 } };
const elicit = (id: number, more: JsonObject) => ({
  method: 'mcpServer/elicitation/request',
  id,
  params: {
    threadId: 'T',
    turnId: 'turn-1',
    serverName: 'lab',
    mode: 'form',
    message: 'Which?',
    requestedSchema: { type: 'object', properties: {} },
    _meta: null,
    ...more,
  },
});
const DECLINED = { action: 'decline', content: null, _meta: null };

describe('MCP servers behind Codex', () => {
  it('have their tools approved by server, tool and arguments', async () => {
    const memory = await MemoryCodex.start();
    const item = {
      type: 'mcpToolCall',
      id: 'call-1',
      server: 'lab',
      tool: 'danger',
      arguments: { a: 1 },
    };
    memory.says({ method: 'item/started', params: { threadId: 'T', item } });
    memory.says(elicit(0, { _meta: { ...TOOL, persist: ['session', 'always', 'odd'] } }));
    const [request] = memory.pending;
    assert.deepEqual(
      [request?.source, request?.action, request?.native.callId],
      [
        'agent_tool',
        { tool: 'mcp', server: 'lab', toolName: 'danger', arguments: { a: 1 } },
        'call-1',
      ],
    );
    assert.deepEqual(
      request?.options.map(({ bound, id, kind }) => [id, kind, bound]),
      [
        ['accept', 'allow_once', 'exact'],
        ['accept-session', 'allow_always', 'wider'],
        ['accept-always', 'allow_always', 'wider'],
        ['decline', 'reject_once', 'exact'],
        ['cancel', 'reject_once', 'exact'],
      ],
    );
    await memory.answers(0, 'allow', { optionId: 'accept-always' });
    assert.deepEqual(resultFor(memory, 0), { action: 'accept', content: null, _meta: null });
  });

  it('have no rule where their arguments are not shown', async () => {
    const memory = await MemoryCodex.start();
    memory.says(elicit(0, { _meta: { ...TOOL, tool_params: null } }));
    const [request] = memory.pending;
    assert.deepEqual([request?.action.incomplete, request && canHaveRule(request)], [true, false]);
  });

  it('are declined at once where Codex asks in a way that nobody knows', async () => {
    const memory = await MemoryCodex.start();
    memory.says(elicit(0, { _meta: { codex_approval_kind: 'brand_new' } }));
    memory.says(elicit(1, { mode: 'url', requestedSchema: null }));
    memory.says(elicit(2, { mode: 'openai/form', requestedSchema: { type: 'object' } }));
    memory.says(elicit(3, { requestedSchema: { properties: { a: { type: 'object' } } } }));
    memory.says(elicit(4, { mode: 'url', url: 'vscode://a.b/c', requestedSchema: null }));
    assert.deepEqual(memory.pending, []);
    for (const id of [0, 1, 2, 3, 4]) assert.deepEqual(resultFor(memory, id), DECLINED);
    assert.equal(memory.events.filter(({ kind }) => kind === 'notice').length, 5);
  });

  it('ask the person, whose answers no rule gives', async () => {
    const memory = await MemoryCodex.start();
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', title: 'Number', description: 'of cups' } },
      required: ['n'],
    };
    for (const id of [0, 1, 2]) memory.says(elicit(id, { requestedSchema: schema }));
    const [request] = memory.pending;
    assert.deepEqual(
      [request?.source, request?.questions, request && canHaveRule(request)],
      [
        'mcp_elicitation',
        [
          {
            id: 'n',
            text: 'Number',
            multiSelect: false,
            choices: [],
            field: { type: 'integer', required: true, description: 'of cups' },
          },
        ],
        false,
      ],
    );
    const { display } = request ?? assert.fail();
    assert.deepEqual(
      [wish(display), display.oneLine, display.why],
      ['ask you to fill in a form for MCP server lab', 'Which?', ['Which?']],
    );
    await memory.answers(0, 'allow', { answers: { n: '3' } });
    await memory.answers(2, 'deny');
    assert.deepEqual(
      [0, 2].map((id) => resultFor(memory, id)),
      [{ action: 'accept', content: { n: 3 }, _meta: null }, DECLINED],
    );
  });

  it('keep waiting when an answer does not fit, until one does', async () => {
    const memory = await MemoryCodex.start();
    const requestedSchema = { properties: { n: { type: 'integer', title: 'Number' } } };
    memory.says(elicit(0, { requestedSchema }));
    const { id: requestId, argsHash } = memory.pending[0] ?? assert.fail();
    const answer = (n: string) =>
      memory.broker.answer({
        requestId,
        argsHash,
        outcome: 'allow',
        answers: { n },
        by: { kind: 'person', surface: 'cards' },
      });
    assert.deepEqual(await answer('three'), {
      ok: false,
      error: { kind: 'answerUnfit', question: 'Number', reason: 'This needs a whole number.' },
    });
    assert.deepEqual([resultFor(memory, 0), memory.journal.length], [undefined, 1]);
    assert.equal((await answer('3')).ok, true);
    assert.deepEqual(resultFor(memory, 0), { action: 'accept', content: { n: 3 }, _meta: null });
  });

  it('can want a page to be opened: it is shown, and nothing is opened here', async () => {
    const memory = await MemoryCodex.start();
    const url = 'https://sign-in.example/?for=lab';
    for (const id of [0, 1]) memory.says(elicit(id, { mode: 'url', url, requestedSchema: null }));
    const [request] = memory.pending;
    assert.deepEqual(
      [request?.source, request?.action.tool, request && canHaveRule(request)],
      ['mcp_elicitation', 'other', false],
    );
    const { display, elicitation } = request ?? assert.fail();
    assert.deepEqual(
      [elicitation, wish(display), display.oneLine, display.oneLineIsAll, display.preview],
      [
        { server: 'lab', url },
        'ask you to open a page for MCP server lab',
        url,
        false,
        {
          kind: 'url',
          before: ['https://'],
          host: ['sign-in.example'],
          after: ['/?for=lab'],
        },
      ],
    );
    await memory.answers(0, 'allow');
    await memory.answers(1, 'deny');
    assert.deepEqual(
      [resultFor(memory, 0), resultFor(memory, 1)],
      [{ action: 'accept', content: null, _meta: null }, DECLINED],
    );
  });

  const fields: readonly (readonly [JsonObject, string, string])[] = [
    [{ type: 'integer', minimum: 1, maximum: 9 }, '3', '10'],
    [{ type: 'number', minimum: 0 }, '0.5', '-1'],
    [{ type: 'string', minLength: 2 }, 'ab', 'a'],
    [{ type: 'string', maxLength: 2 }, 'ab', 'abc'],
    [{ type: 'string', format: 'email' }, 'a@b.example', 'a'],
    [{ type: 'string', format: 'uri' }, 'https://a.example', 'not one'],
    [{ type: 'string', format: 'date' }, '2026-11-21', '2026-13-41'],
    [{ type: 'string', format: 'date-time' }, '2026-11-21T10:00:00Z', '2026-11-21'],
    [{ type: 'array', minItems: 2, items: { enum: ['a', 'b'] } }, 'a, b', 'a'],
    [{ type: 'array', maxItems: 1, items: { enum: ['a', 'b'] } }, 'a', 'a, b'],
  ];
  for (const [field, fits, doesNot] of fields)
    it(`get only answers that fit their form: ${JSON.stringify(field)}`, () => {
      const form = formOf({ properties: { f: field }, required: ['f'] });
      assert.notEqual(form?.content({ f: fits }), undefined);
      assert.equal(form?.content({ f: doesNot }), undefined);
    });

  it('can want no more than a yes', async () => {
    const memory = await MemoryCodex.start();
    memory.says(elicit(0, {}));
    memory.says(elicit(1, {}));
    assert.equal(memory.pending[0]?.questions, undefined);
    await memory.answers(0, 'allow');
    await memory.answers(1, 'deny', { optionId: 'cancel' });
    assert.deepEqual(
      [resultFor(memory, 0), resultFor(memory, 1)],
      [
        { action: 'accept', content: {}, _meta: null },
        { action: 'cancel', content: null, _meta: null },
      ],
    );
  });
});

describe('Forms of MCP servers', () => {
  const one = (property: JsonObject, required: boolean) =>
    formOf({ properties: { f: property }, required: required ? ['f'] : [] });
  const oneOf = [
    { const: 'a', title: 'First' },
    { const: 'b', title: 'Second' },
  ];
  for (const [property, answer, value] of [
    [{ type: 'string' }, 'x', 'x'],
    [{ type: 'string', enum: ['a', 'b'], enumNames: ['First', 'Second'] }, 'Second', 'b'],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', undefined],
    [{ type: 'string', oneOf }, 'First', 'a'],
    [{ type: 'boolean' }, 'Yes', true],
    [{ type: 'boolean' }, 'No', false],
    [{ type: 'boolean' }, 'perhaps', undefined],
    [{ type: 'number' }, '1.5', 1.5],
    [{ type: 'number' }, 'Infinity', undefined],
    [{ type: 'number' }, ' ', undefined],
    [{ type: 'integer' }, '1.5', undefined],
    [{ type: 'array', items: { anyOf: oneOf } }, 'First, Second', ['a', 'b']],
    [{ type: 'array', items: { type: 'string', enum: ['a, b', 'c'] } }, 'a, b', ['a, b']],
    [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, 'a, x', undefined],
  ] as readonly (readonly [JsonObject, string, Json | undefined])[]) {
    it(`read ${JSON.stringify(answer)} for ${JSON.stringify(property)}`, () => {
      const content = one(property, true)?.content({ f: answer });
      assert.deepEqual(content, value === undefined ? undefined : { f: value });
    });
  }

  it('leave out what is not required and not answered', () => {
    const form = one({ type: 'boolean' }, false);
    assert.deepEqual(
      [form?.content({}), form?.content({ f: '' }), form?.content({ f: 'Yes' })],
      [{}, {}, { f: true }],
    );
    assert.equal(one({ type: 'boolean' }, true)?.content({}), undefined);
  });

  for (const [property, initial] of [
    [{ type: 'string', default: 'x' }, ['x']],
    [{ type: 'string', default: 'x', minLength: 2 }, undefined],
    [{ type: 'string', default: 5, format: 'date' }, undefined],
    [{ type: 'string', oneOf, default: 'b' }, ['Second']],
    [{ type: 'string', oneOf, default: 'c' }, undefined],
    [{ type: 'boolean', default: false }, ['No']],
    [{ type: 'boolean', default: 'No' }, undefined],
    [{ type: 'integer', default: 3 }, ['3']],
    [{ type: 'integer', default: 3.5 }, undefined],
    [{ type: 'array', items: { anyOf: oneOf }, default: ['b', 'a'] }, ['Second', 'First']],
    [{ type: 'array', items: { anyOf: oneOf }, default: ['b', 'z'] }, undefined],
  ] as readonly (readonly [JsonObject, string[] | undefined])[])
    it(`hold at first what fits: ${JSON.stringify(property)}`, () => {
      assert.deepEqual(one(property, true)?.questions[0]?.field?.initial, initial);
    });

  it('name two choices apart that have one title', () => {
    const form = one({ type: 'string', enum: [1, 2, 3], enumNames: ['A', 'A', 'B'] }, true);
    assert.deepEqual(
      form?.questions[0]?.choices.map(({ label }) => label),
      ['A (1)', 'A (2)', 'B'],
    );
    assert.deepEqual(form?.content({ f: 'A (2)' }), { f: 2 });
  });

  it('have no limits that are no numbers here', () => {
    const form = formOf(JSON.parse('{"properties":{"f":{"type":"number","maximum":1e999}}}'));
    assert.deepEqual(form?.questions[0]?.field, {
      type: 'number',
      required: false,
      description: '',
    });
  });

  it('are not read where a field has no simple type', () => {
    for (const property of [{ type: 'array' }, { type: ['string', 'null'] }, {}, 'x'])
      assert.equal(formOf({ properties: { f: property } }), undefined);
  });
});

describe('Questions of Codex', () => {
  const ask = (id: number, more: JsonObject = {}, questions?: Json) => ({
    method: 'item/tool/requestUserInput',
    id,
    params: {
      threadId: 'T',
      turnId: 'turn-1',
      itemId: `i${id}`,
      questions: questions ?? [
        {
          id: 'db',
          header: 'DB',
          question: 'Which database?',
          isOther: true,
          options: null,
          ...more,
        },
      ],
    },
  });

  it('get the answers of the person, or none', async () => {
    const memory = await MemoryCodex.start();
    memory.says(ask(0, { options: [{ label: 'SQLite', description: 'a file' }] }));
    memory.says(ask(1));
    const [request] = memory.pending;
    assert.deepEqual(
      [request?.source, request?.questions],
      [
        'agent_question',
        [
          {
            id: 'db',
            text: 'Which database?',
            multiSelect: false,
            choices: [{ label: 'SQLite', description: 'a file' }],
          },
        ],
      ],
    );
    await memory.answers(0, 'allow', { answers: { db: 'SQLite' } });
    await memory.answers(1, 'deny');
    assert.deepEqual(
      [resultFor(memory, 0), resultFor(memory, 1)],
      [{ answers: { db: { answers: ['SQLite'] } } }, { answers: {} }],
    );
  });

  it('are not shown when they want a secret', async () => {
    const memory = await MemoryCodex.start();
    memory.says(ask(0, { isSecret: true }));
    assert.deepEqual([memory.pending, resultFor(memory, 0)], [[], { answers: {} }]);
    assert.equal(memory.events[0]?.kind, 'notice');
  });

  for (const [what, questions] of [
    ['none', []],
    ['no text', [{ id: 'a' }]],
    [
      'one id for two',
      [
        { id: 'a', question: 'x' },
        { id: 'a', question: 'y' },
      ],
    ],
  ] as const) {
    it(`end the connection with ${what}`, async () => {
      const memory = await MemoryCodex.start();
      memory.says(ask(0, {}, questions));
      assert.equal((await memory.connection.exited).error?.code, 'badFrame');
    });
  }
});

describe('Permissions that Codex asks for', () => {
  it('are granted whole or not at all, and by no rule', async () => {
    const memory = await MemoryCodex.start();
    const permissions = { network: { enabled: true }, fileSystem: null };
    const ask = (id: number) => ({
      method: 'item/permissions/requestApproval',
      id,
      params: { threadId: 'T', turnId: 'u', itemId: `i${id}`, cwd: '/', reason: 'x', permissions },
    });
    for (const id of [0, 1, 2]) memory.says(ask(id));
    const [request] = memory.pending;
    assert.equal(request && canHaveRule(request), false);
    await memory.answers(0, 'allow');
    await memory.answers(1, 'allow', { optionId: 'acceptForSession' });
    await memory.answers(2, 'deny');
    const once = { permissions: { network: { enabled: true } }, scope: 'turn' };
    assert.deepEqual(
      [0, 1, 2].map((id) => resultFor(memory, id)),
      [once, once, { permissions: {}, scope: 'turn' }],
    );
  });
});
