import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Action } from '../../../src/permission/action.ts';
import { buildDisplay, type Display, wholePreview } from '../../../src/permission/display.ts';
import { plain } from '../../../src/permission/spans.ts';
import { draft, draftOf, execute } from '../../support/builders.ts';

function displayOf(action: Action): Display {
  return buildDisplay(draftOf(action));
}

function previewText({ preview }: Pick<Display, 'preview'>): string {
  switch (preview.kind) {
    case 'diff':
      return preview.rows.map(({ text }) => plain(text)).join('\n');
    case 'url':
      return plain([...preview.before, ...preview.host, ...preview.after]);
    case 'none':
      return '';
    default:
      return plain(preview.text);
  }
}

// Stated another way than in the code: controls, formats, lone surrogates, ignorables, blanks.
const HIDDEN =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\u2800]|(?! )\p{Zs}/u;

const SECRET = `ghp_${'s3cr3t'.repeat(7)}`;

describe('buildDisplay', () => {
  it('shows a short command as it is', () => {
    const display = displayOf(execute('pnpm test', { cwd: 'packages/auth' }));
    assert.deepEqual(display, {
      kind: 'command',
      verb: 'Run a command',
      subject: [],
      place: { words: 'in', name: ['packages/auth'] },
      preview: { kind: 'command', text: ['pnpm test'] },
      oneLine: 'pnpm test',
      oneLineIsAll: true,
      facts: [],
      secrets: [],
      hidden: 0,
    });
  });

  it('says that the line is all only when every character of the payload is in it as it is', () => {
    const all: Action[] = [
      execute('a'.repeat(300)),
      { tool: 'read', path: '/home/dev/project/a.txt' },
      { tool: 'fetch', url: 'https://example.com/a?b=c' },
    ];
    const notAll: Action[] = [
      execute('a'.repeat(301)),
      execute(`echo ${' '.repeat(400)}; rm -rf /`),
      execute('echo  two spaces'),
      execute('echo one\nrm -rf /'),
      execute('echo\tone'),
      execute(' echo one'),
      execute('echo one\r'),
      execute('echo one\u200b'),
      execute('echo \u202eeno'),
      execute('PASSWORD=hunter2 make'),
      execute('make', { widened: { sandbox: false } }),
      execute('make', { unclassified: { x: 1 } }),
      { tool: 'fetch', url: 'https://example.com/a', method: 'POST' },
      { tool: 'fetch', url: 'https://2130706433/a' },
      { tool: 'fetch', url: 'https://user@example.com/a' },
      { tool: 'delete', path: '/home/dev/project/a.txt' },
      { tool: 'edit', path: '/home/dev/project/a.txt', change: { kind: 'unseen' } },
      { tool: 'mcp', server: 's', toolName: 't', arguments: {} },
    ];
    assert.deepEqual(
      [all, notAll].map((actions) => actions.map((each) => displayOf(each).oneLineIsAll)),
      [all.map(() => true), notAll.map(() => false)],
    );
    const questions = [{ id: 'q', text: 'git status', multiSelect: false, choices: [] }];
    assert.equal(buildDisplay(draft({ questions })).oneLineIsAll, false);
  });

  it('never says that the line is all when it is not the command', () => {
    const piece = fc.constantFrom(
      'a',
      'b'.repeat(150),
      ' ',
      '  ',
      '\n',
      '\t',
      '\u200b',
      '\ud800',
      'token=x1',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const command = parts.join('');
        const { oneLine, oneLineIsAll } = displayOf(execute(command));
        assert.ok(oneLine.length <= 300);
        assert.equal(oneLineIsAll, oneLine === command);
      }),
    );
  });

  it('shows no part of a secret that lies across a cut, whichever cut', () => {
    for (const at of [0, 200, 280, 299, 300, 590, 599, 600, 29_970, 29_999, 30_000, 59_990]) {
      const command = `${'x '.repeat(at / 2)}${' '.repeat(at % 2)}${SECRET} ${'y '.repeat(40_000)}${SECRET}`;
      const text = JSON.stringify([
        displayOf(execute(command)),
        displayOf({ tool: 'mcp', server: 's', toolName: 't', arguments: { text: command } }),
        displayOf({ tool: 'other', toolName: command, input: { [command]: 1 } }),
        displayOf({ tool: 'read', path: `/${command}` }),
        displayOf({ tool: 'fetch', url: `https://example.com/${command}` }),
        displayOf(execute('ls', { widened: { text: command } })),
        buildDisplay(draft({ why: command })),
      ]);
      assert.doesNotMatch(text, /ghp_|s3cr3t/, `at ${at}`);
    }
  });

  it('shows no part of a secret that ends where the shown end of a payload begins', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${`${'QUJDREVGR0g'.repeat(6)}\n`.repeat(200)}-----END RSA PRIVATE KEY-----`;
    for (let before = 0; before < 28; before++) {
      const command = `${'x '.repeat(30_000)}${key}${'\ny'.repeat(15_000 - before * 500)}`;
      assert.doesNotMatch(JSON.stringify(displayOf(execute(command))), /QUJDREVGR0g/);
    }
  });

  it('leaves out the end of a word that is longer than what is searched', () => {
    const command = `echo start; TOKEN=${'a1b2'.repeat(50_000)}`;
    const text = previewText(displayOf(execute(command)));
    assert.ok(text.startsWith('echo start; TOKEN=[redacted'));
    assert.doesNotMatch(text, /a1b2/);
  });

  it('says how much of a long payload is missing, and has the whole for who asks', () => {
    const command = `start ${'word '.repeat(20_000)}end`;
    const text = previewText(displayOf(execute(command)));
    assert.match(text, /^start word .*\n… 40009 characters are not shown here\. .*\n.*word end$/s);
    assert.equal(
      previewText({ preview: wholePreview(execute(command), '/home/dev/project') }),
      command,
    );
  });

  it('cuts names in the middle, so that neither end is pushed out of sight', () => {
    const host = `good.example.${'a.'.repeat(500)}evil.example`;
    const { subject } = displayOf({ tool: 'fetch', url: `https://${host}/x` });
    assert.match(plain(subject), /^good\.example\..*… \d+ characters ….*\.evil\.example$/);
    assert.ok(plain(subject).length < 340);
  });

  it('shows which host a URL really goes to', () => {
    const host = (url: string) => {
      const { preview } = displayOf({ tool: 'fetch', url });
      return preview.kind === 'url' ? plain(preview.host) : preview.kind;
    };
    assert.deepEqual(
      [
        'https://example.com/x',
        'https://0x7f.1/x',
        'https://good.example@evil.example/',
        'https://exämple.com/',
      ].map(host),
      ['example.com', '0x7f.1 (127.0.0.1)', 'text', 'exämple.com (xn--exmple-cua.com)'],
    );
  });

  it('counts the secrets and invisible characters of payload and facts', () => {
    const display = displayOf(
      execute(`A_TOKEN=x1 B_TOKEN=y2 ${SECRET}\u200b`, { widened: { password: 'hunter2' } }),
    );
    assert.deepEqual(
      [display.secrets, display.hidden],
      [['secret value', 'secret value', 'GitHub token', 'secret value'], 1],
    );
  });

  it('makes questions, choices and the claim of the agent safe', () => {
    const display = buildDisplay(
      draft({
        why: ` ${SECRET}\u202e `,
        questions: [
          {
            id: SECRET,
            text: `${SECRET}\u202e`,
            multiSelect: false,
            choices: [{ label: `${SECRET}\u202e`, description: `${SECRET}\u202e` }],
          },
        ],
      }),
    );
    const safe = '[redacted: GitHub token][U+202E]';
    assert.equal(plain(display.why ?? []), safe);
    assert.equal(display.oneLine, safe);
    assert.deepEqual(display.questions, [
      { id: SECRET, text: safe, multiSelect: false, choices: [{ label: safe, description: safe }] },
    ]);
  });

  it('shows JSON whose keys are named like those of every object', () => {
    const input = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":"x"}');
    assert.equal(
      previewText(displayOf({ tool: 'other', toolName: 't', input })),
      JSON.stringify(input, undefined, 2),
    );
  });

  it('holds no character that shows as something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const displays = [
          displayOf(execute(text)),
          displayOf({ tool: 'edit', path: text, change: { kind: 'write', newText: text } }),
          displayOf({ tool: 'other', toolName: text, input: { [text]: text } }),
          buildDisplay(draft({ why: text })),
        ];
        for (const value of strings(displays)) assert.doesNotMatch(value, HIDDEN);
      }),
    );
  });
});

/** Every text in a value, but for the names of characters. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
