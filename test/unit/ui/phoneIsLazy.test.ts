import assert from 'node:assert/strict';
import { build, type Metafile } from 'esbuild';
import { ROOT } from '../../support/testFolder.ts';

describe('the code for phones', () => {
  it('is not part of what VS Code loads at activation', async () => {
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: ['src/extension.ts'],
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      external: ['vscode'],
      outdir: 'dist',
      metafile: true,
      write: false,
      logLevel: 'error',
    });
    const loaded = [...loadedFiles(metafile)];
    assert.ok(loaded.includes('src/extension.ts'));
    // Only what tells whether there is a phone.
    assert.deepEqual(loaded.filter((file) => file.startsWith('src/phone/')).sort(), [
      'src/phone/deviceList.ts',
      'src/phone/secretStore.ts',
    ]);
    const heavy = /node_modules\/(?:@noble|@peculiar|qrcode|web-push|eventsource-parser)\//;
    assert.deepEqual(
      loaded.filter((file) => heavy.test(file) || file.startsWith('src/protocol/phone/')),
      [],
    );
  });
});

/** Sources in the files that are loaded without any import() having run. */
function loadedFiles({ outputs }: Metafile): ReadonlySet<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string) => {
    const output = outputs[name];
    if (!output || seen.has(name)) return;
    seen.add(name);
    for (const input of Object.keys(output.inputs)) files.add(input);
    for (const { kind, path } of output.imports) if (kind === 'import-statement') visit(path);
  };
  visit('dist/extension.js');
  return files;
}
