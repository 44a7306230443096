import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Detector } from '../../../../src/permission/secretDetector.ts';
import { SHAPES } from '../../../../src/permission/secretShapes.ts';
import { filled, linesOf } from './corpus.ts';

const LINES = ['secretCommands.jsonl', 'secretTexts.jsonl', 'secretArguments.jsonl']
  .flatMap(linesOf)
  .map((line) => filled(line, 1).replace(/[«»]/g, ''));

/** Its hints ask for more than its pattern: with other signs around them such words are names of machines. */
const ASKS_FOR_MORE = (shape: Detector) => shape.pattern.source.includes('(?!p(?:k|ub)_)');

/** Texts that a pattern may find something in. */
function candidates(pattern: RegExp): string[] {
  const made = fc.sample(fc.stringMatching(new RegExp(withoutAssertions(pattern.source))), {
    numRuns: 300,
    seed: 1,
  });
  return [...made, ...made.map((text) => ` ${text} `), ...LINES];
}

/** What `stringMatching` understands: without looking ahead or back, without names of groups. */
function withoutAssertions(source: string): string {
  let kept = '';
  for (let at = 0; at < source.length; ) {
    const [token = ''] = /^(?:\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\(\?<\w+>|.)/s.exec(
      source.slice(at),
    ) ?? [''];
    const isAssertion = /^\(\?<?[=!]$/.test(token);
    if (!isAssertion) kept += token.startsWith('(?<') ? '(?:' : token;
    at = isAssertion ? endOfGroup(source, at) : at + token.length;
  }
  return kept;
}

function endOfGroup(source: string, start: number): number {
  let depth = 0;
  const tokens = /\\.|\[(?:\\.|[^\]\\])*\]|[()]/gs;
  tokens.lastIndex = start;
  for (let token = tokens.exec(source); token; token = tokens.exec(source)) {
    if (token[0] === '(') depth++;
    if (token[0] === ')' && --depth === 0) return tokens.lastIndex;
  }
  return source.length;
}

describe('The hints of a shape', () => {
  for (const [index, shape] of SHAPES.entries())
    it(`are in all that it finds: ${shape.kind} ${index}`, () => {
      const found = candidates(shape.pattern).filter((text) => text.search(shape.pattern) >= 0);
      assert.ok(found.length >= 10, `The samples show nothing: ${found.length}`);
      const hidden = found.filter(
        (text) => !shape.hints.some((hint) => text.toLowerCase().includes(hint)),
      );
      assert.deepEqual(ASKS_FOR_MORE(shape) ? [] : hidden, []);
    });

  it('are lower case, of ASCII characters, and not empty', () => {
    const hints = SHAPES.flatMap((shape) => shape.hints);
    assert.deepEqual(
      hints.filter((hint) => !/^[!-@[-~ ]+$/.test(hint)),
      [],
    );
  });
});
