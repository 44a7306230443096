import assert from 'node:assert/strict';
import type { Settled } from '../../../src/permission/broker.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import { SettledMemory } from '../../../src/permission/settledMemory.ts';
import { draftOf, execute } from '../../support/builders.ts';

function settledAs(id: string, command = 'ls'): Settled {
  const { request } = buildRequest(draftOf(execute(command)), id, 0);
  const { argsHash } = request;
  return {
    request,
    decision: { requestId: id, argsHash, outcome: 'deny', by: { kind: 'shutdown' }, at: 0 },
    delivery: 'delivered',
    narrowed: false,
  };
}

describe('SettledMemory', () => {
  it('forgets the oldest above its number of entries', () => {
    const memory = new SettledMemory({ entries: 2 });
    for (const id of ['a', 'b', 'c']) memory.add(settledAs(id), 10);
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => memory.get(id)?.request.id),
      [undefined, 'b', 'c'],
    );
  });

  it('forgets the oldest above its size', () => {
    const memory = new SettledMemory({ characters: 1000 });
    for (const id of ['a', 'b', 'c']) memory.add(settledAs(id), 450);
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => memory.get(id)?.request.id),
      [undefined, 'b', 'c'],
    );
  });

  it('keeps small arguments and drops large ones', () => {
    const memory = new SettledMemory({ rawCharacters: 100 });
    memory.add(settledAs('small'), 100);
    memory.add(settledAs('large'), 101);
    assert.equal(memory.get('small')?.request.action.tool, 'execute');
    const large = memory.get('large')?.request;
    assert.equal(large?.action.tool, 'other');
    assert.deepEqual(
      large?.options.map(({ nativeDecision }) => nativeDecision),
      [null, null],
    );
  });

  it('counts an entry that is replaced once', () => {
    const memory = new SettledMemory({ characters: 1000 });
    memory.add(settledAs('a'), 400);
    for (let i = 0; i < 10; i++) memory.add(settledAs('b'), 400);
    assert.deepEqual([memory.size, memory.get('a')?.request.id], [2, 'a']);
  });
});
