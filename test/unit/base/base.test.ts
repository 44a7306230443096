import assert from 'node:assert/strict';
import { DisposableStore, toDisposable } from '../../../src/base/disposable.ts';
import { Emitter } from '../../../src/base/event.ts';
import { parseJson, stringAt } from '../../../src/base/json.ts';
import { ulidSource } from '../../../src/base/ulid.ts';

describe('DisposableStore', () => {
  it('disposes members last first, once, and all of them when one fails', () => {
    const store = new DisposableStore();
    const disposed: string[] = [];
    store.add({ dispose: () => disposed.push('a') });
    store.add({
      dispose: () => {
        disposed.push('b');
        throw new Error('b');
      },
    });
    store.add({ dispose: () => disposed.push('c') });
    assert.throws(() => store.dispose(), AggregateError);
    store.dispose();
    assert.deepEqual(disposed, ['c', 'b', 'a']);
  });

  it('disposes at once what is added too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let disposed = false;
    store.add(toDisposable(() => (disposed = true)));
    assert.ok(disposed);
  });

  it('makes a function run once', () => {
    let count = 0;
    const disposable = toDisposable(() => count++);
    disposable.dispose();
    disposable.dispose();
    assert.equal(count, 1);
  });
});

describe('Emitter', () => {
  it('tells every listener though one throws, and reports the error', () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const emitter = new Emitter<string>((error) => errors.push(error));
    emitter.event(() => {
      throw new Error('broken');
    });
    emitter.event((value) => heard.push(value));
    emitter.fire('x');
    assert.deepEqual([heard, errors.length], [['x'], 1]);
  });

  it('ends one subscription of a function that subscribed twice', () => {
    const emitter = new Emitter<void>();
    let count = 0;
    const listener = () => count++;
    const first = emitter.event(listener);
    emitter.event(listener);
    first.dispose();
    first.dispose();
    emitter.fire();
    assert.equal(count, 1);
  });

  it('tells those who were there when it fired', () => {
    const emitter = new Emitter<void>();
    const heard: string[] = [];
    emitter.event(() => {
      heard.push('first');
      emitter.event(() => heard.push('late'));
    });
    emitter.fire();
    assert.deepEqual(heard, ['first']);
  });
});

describe('ulidSource', () => {
  it('makes 26 characters that rise, also within a millisecond and when the clock goes back', () => {
    let now = 1_700_000_000_000;
    const next = ulidSource(() => now);
    const ids = Array.from({ length: 2000 }, (_, index) => {
      if (index === 1000) now -= 5000;
      if (index === 1500) now += 60_000;
      return next();
    });
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)));
  });

  it('writes the time of the specification', () => {
    assert.equal(ulidSource(() => 1_469_918_176_385)().slice(0, 10), '01ARYZ6S41');
  });
});

describe('json', () => {
  it('reads own strings only', () => {
    assert.deepEqual(
      [
        stringAt({ a: 'x' }, 'a'),
        stringAt({ a: 1 }, 'a'),
        stringAt({}, 'toString'),
        stringAt(Object.create({ a: 'x' }), 'a'),
        stringAt(['x'], '0'),
        stringAt(null, 'a'),
      ],
      ['x', undefined, undefined, undefined, undefined, undefined],
    );
  });

  it('has no value for what is not JSON', () => {
    assert.deepEqual(['{', '', '1', 'null'].map(parseJson), [undefined, undefined, 1, null]);
  });
});
