import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../support/testFolder.ts';

type Colours = ReadonlyMap<string, string>;

/** The colours in a piece of CSS; fonts are the phone's own. */
function coloursIn(css: string): Colours {
  const all = [...css.matchAll(/(--vscode-[\w-]+): ([^;]+);/g)];
  return new Map(
    all.flatMap(([, name = '', value = '']) => (name.includes('font') ? [] : [[name, value]])),
  );
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe('the theme of the page for phones', () => {
  // The light one and the forced colours come after the dark one, each in a block of its own.
  const [dark = '', light = ''] = read('media/phoneTheme.css').split('@media');

  for (const [name, css] of [
    ['dark', dark],
    ['light', light],
  ] as const)
    it(`has the colours that VS Code has: ${name}`, () => {
      const phone = coloursIn(css);
      const vscode = coloursIn(read(`test/support/webviewHarness/theme-${name}.css`));
      assert.ok(phone.size > 20);
      for (const [variable, value] of phone)
        assert.equal(vscode.get(variable), value, `${variable} of ${name}`);
    });

  it('has a light colour for each dark one that is another in VS Code', () => {
    const [darkColours, lightColours] = [coloursIn(dark), coloursIn(light)];
    const vscode = coloursIn(read('test/support/webviewHarness/theme-light.css'));
    for (const [variable, value] of darkColours)
      assert.equal(lightColours.get(variable) ?? value, vscode.get(variable), variable);
  });
});
