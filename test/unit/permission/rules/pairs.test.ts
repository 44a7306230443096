import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { policyCheck } from '../../../../src/cli/policyCheck.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

/** Calls with the rules that are in force for them, and what has to come of it. A text is a rule or a call for a command. */
const Pairs = v.strictObject({
  about: v.string(),
  expected: v.picklist(['allow', 'deny', 'not allowed']),
  rules: v.array(v.unknown()),
  calls: v.array(v.unknown()),
});

describe('Rules and calls, pair by pair, through policy check on a real folder', () => {
  const root = temporaryFolder();
  const workspace = path.join(root, 'ws');
  const outside = path.join(root, 'outside');
  before(() => makeWorkspace(workspace, outside));
  after(() => removeFolder(root));

  for (const expected of ['not allowed', 'deny', 'allow'] as const)
    it(`come to: ${expected}`, async () => {
      const pairs = pairsOf(expected, { workspace, outside });
      assert.ok(pairs.length > 100);
      const verdicts = await verdictsOf(pairs, workspace);
      const wrong = pairs
        .map((pair, index) => ({ ...pair, verdict: verdicts[index] }))
        .filter(({ verdict }) =>
          expected === 'not allowed' ? verdict === 'allow' : verdict !== expected,
        )
        .map(({ about, call, verdict }) => ({ about, call, verdict }));
      assert.deepEqual(wrong, []);
    }).timeout(120_000);
});

function pairsOf(
  expected: v.InferOutput<typeof Pairs>['expected'],
  { workspace, outside }: { workspace: string; outside: string },
) {
  return readFileSync(new URL('pairs.jsonl', import.meta.url), 'utf8')
    .replaceAll('<workspace>', workspace)
    .replaceAll('<outside>', outside)
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(Pairs, JSON.parse(line)))
    .filter((group) => group.expected === expected)
    .flatMap(({ about, rules, calls }) => calls.map((call) => ({ about, rules, call })));
}

async function verdictsOf(
  pairs: readonly { rules: readonly unknown[]; call: unknown }[],
  workspace: string,
): Promise<unknown[]> {
  const lines = pairs.map(({ rules, call }, id) =>
    JSON.stringify({
      id,
      workspace,
      rules: rules.map((rule) =>
        typeof rule === 'string' ? { match: { command: rule.split(' ') } } : rule,
      ),
      ...(typeof call === 'string' ? { tool: 'execute', command: call } : (call as object)),
    }),
  );
  let out = '';
  await policyCheck({
    rules: undefined,
    stdin: Readable.from([Buffer.from(lines.join('\n'))]),
    output: {
      out: async (text) => {
        out += text;
      },
      problem: () => {},
    },
    folder: workspace,
    programFolder: path.join(ROOT, 'dist'),
  });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).verdict);
}

function makeWorkspace(workspace: string, outside: string): void {
  for (const name of [
    'src/sub',
    'src/secret',
    'src/in',
    'docs',
    'sub',
    'build',
    'web',
    'scripts',
    'my dir',
  ])
    mkdirSync(path.join(workspace, name), { recursive: true });
  for (const name of ['.git', 'packages/a', 'packages/core'])
    mkdirSync(path.join(workspace, name), { recursive: true });
  mkdirSync(path.join(outside, 'src'), { recursive: true });
  const files = [
    'src/a.ts',
    'src/a.js',
    'src/a.php',
    '.env',
    'a.pem',
    'build.sh',
    'gradlew',
    'manage.py',
  ];
  const scripts = ['scripts/build.js', 'scripts/test.sh', 'scripts/gen.py'];
  for (const name of [...files, ...scripts]) writeFileSync(path.join(workspace, name), 'x');
  for (const [link, target] of Object.entries({
    'src/link-out': outside,
    'src/link-file': '/etc/passwd',
    'src/link-git': '../.git',
    'src/link-secret': 'secret',
    'src/link-in': 'in',
    'src/dangling': path.join(outside, 'nowhere'),
    'src/loop': 'loop',
    'link-src': 'src',
    'link-env': '.env',
    'link-pem': 'a.pem',
    'docs/link-out': outside,
    'docs/link-file': '/etc/passwd',
    'build/link-out': outside,
  }))
    symlinkSync(target, path.join(workspace, link));
}
