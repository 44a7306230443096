import type { Node, Parser } from '@vscode/tree-sitter-wasm';
import { err, ok, type Result } from '../../base/result.ts';
import type { GrammarBytes } from '../match/context.ts';
import { type SimpleCommand, type StrictLine, strictCommands } from './strictWords.ts';

/** The only kinds of node that an understood command is made of; `anonymous` are operators and quotes. */
const KINDS: ReadonlySet<string> = new Set([
  'program',
  'list',
  'pipeline',
  'command',
  'command_name',
  'word',
  'raw_string',
  'string',
  'string_content',
  'concatenation',
  'number',
  'comment',
  'redirected_statement',
  'file_redirect',
  'file_descriptor',
]);
const ANONYMOUS: ReadonlySet<string> = new Set([
  '&&',
  '||',
  ';',
  '|',
  '>',
  '>>',
  '<',
  '>&',
  '&>',
  '&>>',
  '"',
  '\n',
  '$',
]);

/** Longer ones are not taken apart: nobody writes them, and looking must not take long. */
const MAX_COMMAND = 20_000;

/**
 * Takes command lines apart, and is sure of it: tree-sitter's bash grammar and our own small reader have to find the same
 * words at the same places. Where they differ, some shell may read it in a third way.
 */
export class ShellGrammar {
  readonly #load: () => Promise<GrammarBytes>;
  #parser: Promise<Parser> | undefined;

  constructor(load: () => Promise<GrammarBytes>) {
    this.#load = load;
  }

  /**
   * The simple commands of a line, in order. The error is what cannot be understood, in words. `read` is what
   * {@link strictCommands} says of the line, where that is known already.
   */
  async commands(
    text: string,
    read?: Result<StrictLine, string>,
  ): Promise<Result<readonly SimpleCommand[], string>> {
    if (text.length > MAX_COMMAND) return err('more than can be looked at');
    const strict = read ?? strictCommands(text);
    if (!strict.ok) return strict;
    this.#parser ??= startParser(this.#load);
    const parser = await this.#parser;
    const { commands, flat } = strict.value;
    const expected = rangesOf(commands);
    // The grammar loses newlines after some pipelines and comments; flat, the line has none.
    const agrees = [text, flat].some((each) => parsedRanges(parser, each) === expected);
    return agrees ? ok(commands) : err('what shells may read differently');
  }
}

function parsedRanges(parser: Parser, text: string): string | undefined {
  const tree = parser.parse(text);
  try {
    return tree ? wordRanges(tree.rootNode) : undefined;
  } finally {
    tree?.delete();
  }
}

/** The wrapper is only read from disk when the first command is taken apart. */
async function startParser(load: () => Promise<GrammarBytes>): Promise<Parser> {
  const [{ default: module }, bytes] = await Promise.all([
    import('@vscode/tree-sitter-wasm'),
    load(),
  ]);
  // Emscripten's option; the declarations name only this one beside it.
  const options = { locateFile: (file: string) => file, wasmBinary: bytes.runtime };
  await module.Parser.init(options);
  const parser = new module.Parser();
  parser.setLanguage(await module.Language.load(bytes.bash));
  return parser;
}

function rangesOf(commands: readonly SimpleCommand[]): string {
  return commands
    .map(({ words }) => words.map(({ start, end }) => `${start}-${end}`).join(' '))
    .join(';');
}

/** The places of the words of each command, in the form of {@link rangesOf}; `undefined` for any node that is not known. */
function wordRanges(root: Node): string | undefined {
  if (root.hasError) return undefined;
  const commands: string[] = [];
  const visit = (node: Node): boolean => {
    if (node.isMissing || node.isExtra !== (node.type === 'comment')) return false;
    if (!(node.isNamed ? KINDS : ANONYMOUS).has(node.type)) return false;
    const children = node.children;
    if (node.type === 'file_redirect' && children.filter(isDestination).length !== 1) return false;
    if (node.type === 'command') commands.push(children.filter(isWord).map(range).join(' '));
    return children.every((child) => child !== null && visit(child));
  };
  return visit(root) ? commands.join(';') : undefined;
}

function isWord(node: Node | null): node is Node {
  return node?.isNamed === true && node.type !== 'file_redirect' && node.type !== 'comment';
}

function isDestination(node: Node | null): boolean {
  return isWord(node) && node.type !== 'file_descriptor';
}

function range({ startIndex, endIndex }: Node): string {
  return `${startIndex}-${endIndex}`;
}
