// npm test: works on a fresh clone with nothing but Node and npm.
//
//   node test/run.mjs [unit|webview|host|ui|agents …]
import { ensureDependencies } from './support/dependencies.mjs';
import { runTypeScript } from './support/runTypeScript.mjs';

ensureDependencies();
runTypeScript('test/support/stages.ts', process.argv.slice(2));
