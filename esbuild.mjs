// Builds everything that ships and the tests that run inside VS Code.
//
//   node esbuild.mjs [--production] [--tests] [--check-size] [--watch]
//
// --production  minified, no source maps (what goes into the .vsix)
// --tests       also the mocha runner and suites for the extension host (dist/test)
// --check-size  print what VS Code loads at activation; fail above the limit
import { chmod, copyFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, context } from 'esbuild';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const ACTIVATION_LIMIT = 250 * 1024;
const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');

const shared = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  metafile: true,
  logLevel: 'warning',
};

const node = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  external: ['vscode'],
  // tree-sitter and sql.js ask where they are, though they are given their bytes.
  define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  // CommonJS packages inside an ES module still call require() for Node's own modules.
  banner: {
    js: "import{createRequire as countersignRequire}from'node:module';const require=countersignRequire(import.meta.url);",
  },
};

/** The extension, the command line and the demo agent share chunks; heavy parts are reached by import(). */
const program = {
  ...node,
  entryPoints: {
    extension: 'src/extension.ts',
    cli: 'src/cli.ts',
    demoAgent: 'src/demo/demoAgent.ts',
    historyWorker: 'src/storage/history/historyWorker.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
};

async function hostTests() {
  // A suite that is gone must not run from an earlier build.
  await rm(path.join(ROOT, 'dist/test'), { recursive: true, force: true });
  const names = await readdir(path.join(ROOT, 'test/host/suite'));
  const suites = names.filter((name) => name.endsWith('.test.ts'));
  return {
    ...node,
    // Packages resolve from node_modules at run time: the tests never leave this checkout.
    packages: 'external',
    sourcemap: 'inline',
    minify: false,
    entryPoints: {
      runner: 'test/host/runner.ts',
      ...Object.fromEntries(
        suites.map((name) => [
          `suite/${path.basename(name, '.ts')}`,
          path.join('test/host/suite', name),
        ]),
      ),
    },
    outdir: 'dist/test',
    chunkNames: 'chunks/[name]-[hash]',
  };
}

/** Bytes of each file that `entry` loads without any import() having run, largest first. */
function staticClosure(metafile, entry) {
  const sizes = new Map();
  const visit = (file) => {
    const output = metafile.outputs[file];
    if (!output || sizes.has(file)) return;
    sizes.set(file, output.bytes);
    for (const imported of output.imports) {
      if (imported.kind === 'import-statement' && !imported.external) visit(imported.path);
    }
  };
  visit(entry);
  return [...sizes].sort((a, b) => b[1] - a[1]);
}

function checkSize(metafile) {
  const files = staticClosure(metafile, 'dist/extension.js');
  const total = files.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [file, bytes] of files) console.log(`${kilobytes(bytes)}  ${file}`);
  console.log(`${kilobytes(total)}  loaded at activation (limit ${kilobytes(ACTIVATION_LIMIT)})`);
  if (total > ACTIVATION_LIMIT) {
    console.error(
      'Too much is loaded at activation. Reach the heavy part with a dynamic import().',
    );
    process.exitCode = 1;
  }
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KB`;

/** Chunk names carry a hash, so a rebuild leaves the old ones behind; they must not be packaged. */
async function removeStaleChunks(outdir, metafile) {
  const current = new Set(Object.keys(metafile.outputs).map((file) => path.basename(file)));
  const folder = path.join(ROOT, outdir, 'chunks');
  const found = await readdir(folder).catch(() => []);
  const stale = found.filter((name) => !current.has(name));
  await Promise.all(stale.map((name) => rm(path.join(folder, name), { force: true })));
}

/** What takes shell commands apart; read when the first command rule is tried (src/storage/shellGrammar.ts). */
async function copyGrammar() {
  for (const name of ['tree-sitter.wasm', 'tree-sitter-bash.wasm']) {
    const source = path.join(ROOT, 'node_modules/@vscode/tree-sitter-wasm/wasm', name);
    await copyFile(source, path.join(ROOT, 'dist', name));
  }
}

/** The database of the history; read when the history is opened (src/storage/history/recordHistory.ts). */
async function copyDatabase() {
  const source = path.join(ROOT, 'node_modules/sql.js/dist/sql-wasm.wasm');
  await copyFile(source, path.join(ROOT, 'dist/sql-wasm.wasm'));
}

async function allBuilds() {
  const { webviewBuilds } = await import(pathToFileURL(path.join(ROOT, 'webview/build.mjs')).href);
  const { phoneBuilds } = await import(
    pathToFileURL(path.join(ROOT, 'webview/phoneBuild.mjs')).href
  );
  const builds = [program, ...webviewBuilds({ ...shared }), ...phoneBuilds({ ...shared })];
  if (flags.has('--tests')) builds.push(await hostTests());
  return builds;
}

async function watch(builds) {
  const contexts = await Promise.all(
    builds.map((options) => context({ ...options, logLevel: 'info' })),
  );
  await Promise.all(contexts.map((each) => each.watch()));
}

async function main() {
  const builds = await allBuilds();
  if (flags.has('--watch')) return watch(builds);
  const results = await Promise.all(builds.map((options) => build(options)));
  await Promise.all(
    builds.map((options, index) => removeStaleChunks(options.outdir, results[index].metafile)),
  );
  await copyGrammar();
  await copyDatabase();
  await chmod(path.join(ROOT, 'dist/cli.js'), 0o755);
  if (flags.has('--check-size')) checkSize(results[0].metafile);
}

await main();
