import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT, removeFolder } from './testFolder.ts';

/** The worker of the history, bundled as it ships, in a folder that `dispose` removes. */
export async function builtHistoryWorker(): Promise<{ program: URL; dispose(): void }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-history-'));
  const outfile = path.join(folder, 'historyWorker.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/storage/history/historyWorker.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    banner: {
      js: "import{createRequire as countersignRequire}from'node:module';const require=countersignRequire(import.meta.url);",
    },
    outfile,
  });
  await copyFile(
    path.join(ROOT, 'node_modules/sql.js/dist/sql-wasm.wasm'),
    path.join(folder, 'sql-wasm.wasm'),
  );
  return { program: pathToFileURL(outfile), dispose: () => removeFolder(folder) };
}
