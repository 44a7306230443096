import assert from 'node:assert/strict';
import type { Json } from '../../../../src/base/json.ts';
import { jsonSpans } from '../../../../src/permission/jsonPreview.ts';
import type { SecretContext } from '../../../../src/permission/secretDetector.ts';
import { plain, toSpans } from '../../../../src/permission/spans.ts';
import { filled, linesOf } from './corpus.ts';

const SECRET_COMMANDS = linesOf('secretCommands.jsonl');
const SECRET_TEXTS = linesOf('secretTexts.jsonl');
const BENIGN_COMMANDS = linesOf('benignCommands.jsonl');
const BENIGN_TEXTS = linesOf('benignTexts.jsonl');
/** Whole arguments of tools, as JSON. */
const SECRET_ARGUMENTS = linesOf('secretArguments.jsonl');
const BENIGN_ARGUMENTS = linesOf('benignArguments.jsonl');

const SEEDS = [1, 2, 3];

type Show = (raw: string) => string;
const as =
  (context: SecretContext): Show =>
  (raw) =>
    plain(toSpans(raw, context));
const asArgument =
  (make: (raw: string) => Json): Show =>
  (raw) =>
    plain(jsonSpans(make(raw), Number.POSITIVE_INFINITY));

/** The lines of which more than two characters of a secret are shown. */
function shownSecrets(lines: readonly string[], show: Show): string[] {
  const bad = new Set<string>();
  for (const seed of SEEDS)
    for (const line of lines) {
      const marked = filled(line, seed);
      const result = show(marked.replace(/[«»]/g, ''));
      for (const [, secret = ''] of marked.matchAll(/«([^»]*)»/g))
        if (showsPart(result.replace(/\[redacted: [^\]]*\]/g, '\u0000'), marked, secret))
          bad.add(`${marked}  →  ${result}`);
    }
  return [...bad];
}

/** Whether four characters of a secret are shown that are not in the rest of the line. */
function showsPart(result: string, marked: string, secret: string): boolean {
  const rest = marked.replace(/«[^»]*»/g, '\u0000');
  const size = Math.min(4, secret.length);
  for (let at = 0; at + size <= secret.length; at++) {
    const part = secret.slice(at, at + size);
    if (result.includes(part) && !rest.includes(part)) return true;
  }
  return false;
}

function changed(lines: readonly string[], show: Show, expected: (raw: string) => string) {
  const raws = SEEDS.flatMap((seed) => lines.map((line) => filled(line, seed)));
  return [...new Set(raws)]
    .filter((raw) => show(raw) !== expected(raw))
    .map((raw) => `${raw}  →  ${show(raw)}`);
}

const same = (raw: string) => raw;
const parsed = (raw: string) => JSON.parse(raw) as Json;
const json = (make: (raw: string) => Json) => (raw: string) =>
  JSON.stringify(make(raw), undefined, 2);

describe('Redaction of a corpus', () => {
  const secrets = [...SECRET_COMMANDS, ...SECRET_TEXTS];
  const benign = [...BENIGN_COMMANDS, ...BENIGN_TEXTS];
  const inTool = (raw: string): Json => ({ path: 'a.txt', content: raw });

  it('is large enough to mean something', () => {
    assert.ok(secrets.length >= 250 && benign.length >= 250, `${secrets.length} ${benign.length}`);
  });

  after(() => {
    const shown = shownSecrets(secrets, as('text')).length;
    const touched = changed(benign, as('text'), same).length;
    process.stdout.write(
      `      ${secrets.length} secrets, ${shown} shown; ${benign.length} others, ${touched} touched\n`,
    );
  });

  it('shows no secret of a command', () => {
    assert.deepEqual(shownSecrets(SECRET_COMMANDS, as('command')), []);
  });

  it('shows no secret of a text', () => {
    assert.deepEqual(shownSecrets(secrets, as('text')), []);
  });

  it('shows no secret of a tool’s arguments', () => {
    assert.deepEqual(shownSecrets(secrets, asArgument(inTool)), []);
  });

  it('shows no secret that only the structure of arguments tells', () => {
    assert.deepEqual(shownSecrets(SECRET_ARGUMENTS, asArgument(parsed)), []);
  });

  it('leaves structured arguments without secrets as they are', () => {
    assert.deepEqual(changed(BENIGN_ARGUMENTS, asArgument(parsed), json(parsed)), []);
  });

  it('leaves commands without secrets as they are', () => {
    assert.deepEqual(changed(BENIGN_COMMANDS, as('command'), same), []);
  });

  it('leaves texts without secrets as they are', () => {
    assert.deepEqual(changed(benign, as('text'), same), []);
  });

  it('leaves arguments without secrets as they are', () => {
    assert.deepEqual(changed(benign, asArgument(inTool), json(inTool)), []);
  });
});
