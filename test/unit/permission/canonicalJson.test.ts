import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { type Action, argsHash } from '../../../src/permission/action.ts';
import { canonicalJson } from '../../../src/permission/canonicalJson.ts';
import { execute } from '../../support/builders.ts';

describe('canonicalJson', () => {
  it('writes the example of RFC 8785 section 3.2', () => {
    const input = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    assert.equal(
      canonicalJson(input),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders keys by UTF-16 code units, as in RFC 8785 section 3.2.3', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    assert.equal(
      canonicalJson(Object.fromEntries(keys.map((key) => [key, 0]))),
      '{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0,"\ufb33":0}',
    );
  });

  it('writes numbers as in appendix B of RFC 8785', () => {
    const doubles: [string, string][] = [
      ['0000000000000000', '0'],
      ['8000000000000000', '0'],
      ['0000000000000001', '5e-324'],
      ['8000000000000001', '-5e-324'],
      ['7fefffffffffffff', '1.7976931348623157e+308'],
      ['4340000000000000', '9007199254740992'],
      ['c340000000000000', '-9007199254740992'],
      ['4430000000000000', '295147905179352830000'],
      ['44b52d02c7e14af5', '9.999999999999997e+22'],
      ['44b52d02c7e14af6', '1e+23'],
      ['444b1ae4d6e2ef4e', '999999999999999700000'],
      ['444b1ae4d6e2ef4f', '999999999999999900000'],
      ['444b1ae4d6e2ef50', '1e+21'],
      ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
      ['3eb0c6f7a0b5ed8d', '0.000001'],
      ['41b3de4355555553', '333333333.3333332'],
      ['becbf647612f3696', '-0.0000033333333333333333'],
      ['43143ff3c1cb0959', '1424953923781206.2'],
    ];
    const written = doubles.map(([hex]) => canonicalJson(Buffer.from(hex, 'hex').readDoubleBE(0)));
    assert.deepEqual(
      written,
      doubles.map(([, text]) => text),
    );
  });

  it('does the same as the reference implementation', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value = JSON.parse(text);
        assert.equal(canonicalJson(value), canonicalize(value));
      }),
    );
  });

  it('is the same text for any order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        assert.equal(canonicalJson(object), canonicalJson(turned));
      }),
    );
  });

  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const clean = JSON.parse(JSON.stringify(value));
        assert.deepEqual(JSON.parse(canonicalJson(value)), clean);
      }),
    );
  });

  it('keeps lone surrogates, normal forms and look-alike keys apart', () => {
    const texts = [
      { a: '\ud800' },
      { a: '\ufffd' },
      { a: '\\ud800' },
      { a: 'é' },
      { a: 'e\u0301' },
      { 'a\u200b': 'é' },
    ].map((value) => canonicalJson(value));
    assert.equal(new Set(texts).size, texts.length);
  });

  it('sees own keys named like those of every object', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":"c","toString":null}');
    assert.equal(canonicalJson(value), '{"__proto__":{"x":1},"constructor":"c","toString":null}');
    assert.equal(canonicalJson({}), '{}');
  });

  it('refuses what JSON cannot carry, and what is nested too deeply', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('x'), 1n])
      assert.throws(() => canonicalJson({ value }), TypeError);
    const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    for (const depth of [501, 100_000])
      assert.throws(() => canonicalJson(nested(depth)), /nested too deeply/);
    assert.equal(canonicalJson(nested(500)), JSON.stringify(nested(500)));
  });
});

describe('argsHash', () => {
  it('is SHA-256 over the canonical form of tool and args', () => {
    const text = '{"args":{"command":"git status","cwd":"."},"tool":"execute"}';
    assert.equal(argsHash(execute('git status')), createHash('sha256').update(text).digest('hex'));
  });

  it('is the same for an absent field and one that is undefined', () => {
    const absent: Action = { tool: 'fetch', url: 'https://example.com' };
    const undefinedField = {
      ...absent,
      method: undefined,
      widened: undefined,
    } as unknown as Action;
    assert.equal(argsHash(undefinedField), argsHash(absent));
  });

  it('differs for every field that changes what happens', () => {
    const actions: Action[] = [
      execute('ls'),
      execute('ls '),
      execute('ls', { cwd: 'packages' }),
      { tool: 'execute', command: 'ls' },
      execute('ls', { widened: { sandbox: false } }),
      execute('ls', { unclassified: { sandbox: false } }),
      { tool: 'read', path: 'ls' },
      { tool: 'delete', path: 'ls' },
      { tool: 'edit', path: 'a', change: { kind: 'write', newText: '' } },
      { tool: 'edit', path: 'a', change: { kind: 'write', newText: '', oldText: '' } },
      { tool: 'edit', path: 'a', change: { kind: 'unseen' } },
      { tool: 'mcp', server: 's', toolName: 't', arguments: {} },
      { tool: 'mcp', server: 's', toolName: 't', arguments: { a: null } },
      { tool: 'mcp', server: 's', toolName: 't', arguments: { a: '1' } },
      { tool: 'mcp', server: 's', toolName: 't', arguments: { a: 1 } },
      { tool: 'other', toolName: 't', input: {} },
    ];
    assert.equal(new Set(actions.map(argsHash)).size, actions.length);
  });
});
