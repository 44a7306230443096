import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GrammarBytes } from '../permission/match/context.ts';

const PACKAGE = '../node_modules/@vscode/tree-sitter-wasm/wasm';

/**
 * Reads the two modules that take shell commands apart. `folder` is that of the program that runs: they lie beside it when
 * it is built, and in their package when it runs from source.
 */
export async function readShellGrammar(folder: string): Promise<GrammarBytes> {
  const [runtime, bash] = await Promise.all([
    readFrom(folder, 'tree-sitter.wasm'),
    readFrom(folder, 'tree-sitter-bash.wasm'),
  ]);
  return { runtime, bash };
}

async function readFrom(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path.join(folder, name));
  } catch {
    return readFile(path.join(folder, PACKAGE, name));
  }
}
