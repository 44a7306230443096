import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toBase64, utf8 } from '../../../../src/protocol/phone/bytes.ts';
import { MAX_ENVELOPE, MAX_PAYLOAD } from '../../../../src/protocol/phone/envelope.ts';
import { DeviceLink } from '../../../../src/protocol/phone/link.ts';
import { phoneLink } from '../../../../src/protocol/phone/phonePairing.ts';
import {
  accept,
  EMPTY_WINDOW,
  MAX_SEQUENCE,
} from '../../../../src/protocol/phone/sequenceWindow.ts';
import { paired } from './support.ts';

const DAY = 86_400_000;

describe('an envelope', () => {
  it('is refused when a single bit of it is another one', () => {
    const { desktop, phone } = paired();
    const bits = Buffer.from(desktop.seal(JSON.stringify({ t: 'hello' })));
    fc.assert(
      fc.property(fc.nat({ max: bits.length * 8 - 1 }), (at) => {
        const changed = Buffer.from(bits);
        changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
        assert.equal(phone.open(changed.toString('utf8')).ok, false);
      }),
      { numRuns: 400 },
    );
    assert.equal(phone.open(bits.toString()).ok, true, 'and none of the tries has used it up');
  });

  it('is refused with another header, whatever is changed', () => {
    const { desktop, phone } = paired();
    const text = desktop.seal('x');
    const { h, n, c } = JSON.parse(text);
    const headers = [
      { ...h, s: h.s + 1 },
      { ...h, ep: h.ep + 1 },
      { ...h, ep: h.ep - 1 },
      { ...h, ep: h.ep - 2 },
      { ...h, ep: h.ep + 500 },
      { ...h, dir: 'd2w' },
      { ...h, d: 'A'.repeat(12) },
      { ...h, w: 'A'.repeat(11) },
      { ...h, v: 2 },
      { ...h, s: 0 },
      { ...h, s: 1.5 },
      { ...h, s: 2 ** 48 + 1 },
      { ...h, more: 1 },
    ];
    for (const each of headers)
      assert.equal(phone.open(JSON.stringify({ h: each, n, c })).ok, false, JSON.stringify(each));
    assert.equal(phone.open(text).ok, true);
  });

  it('has one form: what reads the same but is written otherwise is refused', () => {
    const { desktop, phone } = paired();
    const text = desktop.seal('x');
    const { h, n, c } = JSON.parse(text);
    const forms = [` ${text}`, JSON.stringify({ n, c, h }), text.replace('"n":', '"n":"","n":')];
    for (const form of forms)
      assert.deepEqual(phone.open(form), { ok: false, error: 'unreadable' });
  });

  it('of another device or another workspace is refused', () => {
    const one = paired();
    const two = paired();
    assert.deepEqual(two.phone.open(one.desktop.seal('x')), { ok: false, error: 'wrongWorkspace' });
    const claims = {
      ...one.desktopOptions,
      state: { ...one.device.link, device: two.device.link.device },
    };
    const posing = new DeviceLink({ ...claims, side: 'workspace' });
    assert.deepEqual(one.phone.open(posing.seal('x')), { ok: false, error: 'wrongDevice' });
  });

  it('is refused when it is sent back to its sender, or was signed by somebody else', () => {
    const { desktop, phone, record, desktopOptions } = paired();
    assert.deepEqual(desktop.open(desktop.seal('x')), { ok: false, error: 'wrongDirection' });
    // The phone has the symmetric keys, and is still not the workspace.
    const forger = new DeviceLink({
      ...desktopOptions,
      signingKey: Buffer.from(record.signingKey, 'base64url'),
    });
    assert.deepEqual(phone.open(forger.seal('x')), { ok: false, error: 'forged' });
  });

  it('says nothing of its payload but a power of two of its size', () => {
    const { desktop } = paired();
    const sizes = new Set([0, 1, 50, 180].map((length) => desktop.seal('x'.repeat(length)).length));
    assert.equal(sizes.size, 1);
    assert.doesNotMatch(desktop.seal('SECRET '.repeat(20)), /SECRET/);
  });

  it('takes the largest payload within what the relay takes, and no larger one', () => {
    const { desktop, phone } = paired();
    const largest = 'x'.repeat(MAX_PAYLOAD);
    const text = desktop.seal(largest);
    assert.ok(utf8(text).length <= MAX_ENVELOPE);
    assert.deepEqual(phone.open(text), { ok: true, value: largest });
    assert.throws(() => desktop.seal(`${largest}x`), RangeError);
  });

  it('carries any text', () => {
    const { desktop, phone } = paired();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.deepEqual(phone.open(desktop.seal(text)), { ok: true, value: text });
      }),
      { numRuns: 60 },
    );
  });
});

describe('a link', () => {
  it('opens each envelope once, in any order within 64, also after a restart', () => {
    const { desktop, phone, desktopOptions } = paired();
    const envelopes = Array.from({ length: 70 }, (_, index) => phone.seal(String(index)));
    const [first = '', second = '', ...rest] = envelopes;
    const last = rest.at(-1) ?? '';
    assert.equal(desktop.open(second).ok, true);
    assert.equal(desktop.open(first).ok, true);
    assert.equal(desktop.open(last).ok, true);
    const restarted = new DeviceLink({ ...desktopOptions, state: desktop.state });
    for (const seen of [first, second, last])
      assert.deepEqual(restarted.open(seen), { ok: false, error: 'replayed' });
    assert.equal(restarted.open(rest.at(-60) ?? '').ok, true);
    assert.deepEqual(restarted.open(rest[0] ?? ''), { ok: false, error: 'replayed' });
  });

  it('survives any loss, order and repetition: nothing is opened twice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 80 }), { maxLength: 200 }), (sequence) => {
        let state = EMPTY_WINDOW;
        const taken = new Set<number>();
        for (const number of sequence) {
          const next = accept(state, number);
          const isFresh = number >= 1 && !taken.has(number) && number > state.highest - 64;
          assert.equal(next !== undefined, isFresh);
          if (next) taken.add(number);
          state = next ?? state;
        }
      }),
    );
  });

  it('ends before sequence numbers would begin again', () => {
    const { desktop, desktopOptions, phone, record, clocks } = paired();
    const state = { ...desktop.state, sent: MAX_SEQUENCE - 1 };
    const old = new DeviceLink({ ...desktopOptions, state });
    assert.equal(phone.open(old.seal('the last one')).ok, true);
    assert.throws(() => old.seal('x'));
    assert.equal(
      accept({ highest: MAX_SEQUENCE, seen: 'f'.repeat(16) }, MAX_SEQUENCE + 1),
      undefined,
    );
    const worn = { ...record, link: { ...record.link, sent: MAX_SEQUENCE } };
    assert.throws(() => phoneLink(worn, clocks.phone).seal('x'));
  });

  it('changes its keys every day and cannot read what is older than the day before', () => {
    const { desktop, phone, clocks } = paired();
    const old = phone.seal('of the first day');
    const first = desktop.state.chain;
    clocks.desktop.advance(DAY);
    desktop.seal('a day later');
    assert.notEqual(desktop.state.chain, first);
    assert.equal(desktop.open(phone.seal('still the key of the day before')).ok, true);
    clocks.desktop.advance(DAY);
    desktop.seal('two days later');
    assert.deepEqual(desktop.open(old), { ok: false, error: 'epochGone' });
  });

  it('works on whichever clock is wrong, and by how much', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -300, max: 300 }),
        fc.array(fc.boolean(), { maxLength: 8 }),
        (days, turns) => {
          const { desktop, phone, clocks } = paired();
          clocks.desktop.advance(400 * DAY);
          clocks.phone.advance((400 + days) * DAY);
          // Whoever was away is told the day first.
          assert.equal(phone.open(desktop.seal('hello')).ok, true);
          for (const fromPhone of [true, ...turns]) {
            const [from, to] = fromPhone ? [phone, desktop] : [desktop, phone];
            assert.deepEqual(to.open(from.seal('x')), { ok: true, value: 'x' });
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('does not let a forged header turn its keys on', () => {
    const { desktop, phone } = paired();
    const before = desktop.state;
    const { h, n, c } = JSON.parse(phone.seal('x'));
    assert.deepEqual(desktop.open(JSON.stringify({ h: { ...h, ep: h.ep + 300, s: 4000 }, n, c })), {
      ok: false,
      error: 'forged',
    });
    assert.deepEqual(desktop.state, before);
  });

  it('opens and seals nothing once it is closed, and has wiped its keys', () => {
    const { desktop, phone } = paired();
    const envelope = phone.seal('x');
    desktop.close();
    assert.deepEqual(desktop.open(envelope), { ok: false, error: 'closed' });
    assert.throws(() => desktop.seal('x'));
    assert.equal(desktop.state.chain, toBase64(new Uint8Array(32)));
  });
});
