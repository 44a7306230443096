// npm start: works on a fresh clone with nothing but Node and npm.
import { ensureDependencies } from './support/dependencies.mjs';
import { runTypeScript } from './support/runTypeScript.mjs';

ensureDependencies();
runTypeScript('test/support/start.ts', process.argv.slice(2));
