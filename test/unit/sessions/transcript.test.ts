import assert from 'node:assert/strict';
import { Transcript } from '../../../src/sessions/transcript.ts';

describe('Transcript', () => {
  it('joins the pieces of a message, so that a secret in two pieces is taken out', () => {
    const transcript = new Transcript();
    transcript.add({ kind: 'text', text: 'the token is ghp_abcdefghij' });
    transcript.add({ kind: 'text', text: 'klmnopqrstuvwxyz0123456789' });
    const [entry] = transcript.entries;
    assert.equal(
      entry?.kind === 'agent' && entry.markdown,
      'the token is [redacted: GitHub token]',
    );
  });

  it('takes a secret in pieces out of a thought as well, also when its beginning looked like one already', () => {
    const transcript = new Transcript();
    const pieces = ['Hm: api_key=abcd', '1234efgh5678', 'ijkl9012', 'mnop3456'];
    for (const text of pieces) transcript.add({ kind: 'thought', text });
    const [entry, ...others] = transcript.entries;
    assert.deepEqual(others, []);
    assert.ok(entry?.kind === 'thought' && /^Hm: api_key=\[redacted: [^\]]+\]$/.test(entry.text));
  });

  it('begins anew with a thought after an answer, and with an answer after a thought', () => {
    const transcript = new Transcript();
    const said = ['thought', 'thought', 'text', 'text', 'thought'] as const;
    for (const [index, kind] of said.entries()) transcript.add({ kind, text: String(index) });
    assert.deepEqual(
      transcript.entries.map((entry) =>
        entry.kind === 'agent' ? [entry.markdown, entry.streaming] : 'text' in entry && entry.text,
      ),
      ['01', ['23', false], '4'],
    );
  });

  it('keeps a bounded part of a thought that does not end', () => {
    const transcript = new Transcript();
    for (let i = 0; i < 5; i++)
      transcript.add({ kind: 'thought', text: 'a b c d '.repeat(25_000) });
    const [entry] = transcript.entries;
    assert.ok(entry?.kind === 'thought' && entry.text.length <= 600_000);
  });

  it('starts a new message after a tool call', () => {
    const transcript = new Transcript();
    transcript.add({ kind: 'text', text: 'one' });
    transcript.add({
      kind: 'toolCall',
      call: { callId: 'c', title: 'Read a', toolKind: 'read', status: 'completed' },
    });
    transcript.add({ kind: 'text', text: 'two' });
    assert.deepEqual(
      transcript.entries.map(
        (entry) => entry.kind === 'agent' && [entry.markdown, entry.streaming],
      ),
      [['one', false], false, ['two', true]],
    );
  });

  it('shows characters that reorder text as codes, and leaves emoji alone', () => {
    const transcript = new Transcript();
    transcript.add({ kind: 'text', text: 'a\u202Eb 👩‍💻 ✔️' });
    const [entry] = transcript.entries;
    assert.equal(entry?.kind === 'agent' && entry.markdown, 'a[U+202E]b 👩‍💻 ✔️');
  });
});
