// All unit and wire tests as one file, for coverage. Mocha imports a .mjs; a .ts file it requires, and then what is
// imported later (the agents, by the catalogue) is loaded as a second copy that coverage takes for the first.
import { readdirSync } from 'node:fs';

const root = new URL('../', import.meta.url);
for (const folder of ['unit/', 'wire/'])
  for (const name of readdirSync(new URL(folder, root), { recursive: true }).sort())
    if (name.endsWith('.test.ts')) await import(new URL(`${folder}${name}`, root));
