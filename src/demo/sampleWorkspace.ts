import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseJson } from '../base/json.ts';

/** The files that the demo agent works on, relative to the sample workspace, with `/`. */
export const SAMPLE = {
  manifest: 'package.json',
  source: 'src/brew.js',
  test: 'test/brew.test.js',
  notes: 'notes.md',
  cup: 'src/cup.js',
} as const;

const MANIFEST = {
  name: 'tea-timer',
  version: '1.0.0',
  description: 'How long should the tea draw? A sample project for the Countersign demo.',
  private: true,
  type: 'module',
  scripts: { start: 'node src/brew.js', test: 'node test/brew.test.js' },
  /** The demo agent works only where this is written. */
  countersign: { sample: true },
};

const SOURCE = `/** Seconds to draw, for one cup. */
export const TEAS = {
  black: 240,
  green: 120,
  oolong: 180,
  rooibos: 360,
};

/** How long \`cups\` of \`tea\` take: a fuller pot draws a little longer. */
export function brewTime(tea, cups = 1) {
  const seconds = TEAS[tea];
  if (seconds === undefined) throw new Error(\`We have no \${tea}.\`);
  return seconds + 10 * (cups - 1);
}

/** \`2 min\`, \`2 min 10 s\` */
export function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return rest === 0 ? \`\${minutes} min\` : \`\${minutes} min \${rest} s\`;
}

if (process.argv[1] === import.meta.filename) {
  const tea = process.argv[2] ?? 'black';
  console.log(\`\${tea}: \${inWords(brewTime(tea))}\`);
}
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brewTime, inWords } from '../src/brew.js';

test('one cup of green tea draws two minutes', () => {
  assert.equal(brewTime('green'), 120);
});

test('a fuller pot draws longer', () => {
  assert.equal(brewTime('black', 3), 260);
});

test('times are said in words', () => {
  assert.equal(inWords(130), '2 min 10 s');
});

test('a tea that we do not have is an error', () => {
  assert.throws(() => brewTime('coffee'), /We have no coffee/);
});
`;

const CUP = `// Puts a cup on the table: an empty file with the name of the guest.
import { writeFileSync } from 'node:fs';

const guest = process.argv[2] ?? '';
if (!/^[a-z]+$/.test(guest)) throw new Error('Who is it for? Small letters only.');
writeFileSync(guest, '');
console.log(\`A cup for \${guest}.\`);
`;

const README = `# Tea timer

How long should the tea draw?

    npm start            # black: 4 min
    npm test

This is the sample project of the Countersign demo. The demo agent asks before everything that it does here: allow some
of it, deny some of it, and look at what changes. Nothing outside this folder is touched.
`;

const NOTES = `# Notes

- Warm the pot first.
`;

const FILES: Readonly<Record<string, string>> = {
  [SAMPLE.manifest]: `${JSON.stringify(MANIFEST, undefined, 2)}\n`,
  'README.md': README,
  [SAMPLE.source]: SOURCE,
  [SAMPLE.test]: TEST,
  [SAMPLE.notes]: NOTES,
  [SAMPLE.cup]: CUP,
};

/** Writes the files of the sample project that are not there yet; what a person changed in them stays. */
export async function createSampleWorkspace(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(FILES)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Whether a folder is a sample workspace: the demo agent refuses to work in any other. */
export async function isSampleWorkspace(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, SAMPLE.manifest), 'utf8').catch(() => '');
  const manifest = parseJson(text) as { countersign?: { sample?: unknown } } | null | undefined;
  return manifest?.countersign?.sample === true;
}
