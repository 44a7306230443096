/** What the contract of an agent measures, in the order and the words of the parity table. */
export const CELLS = {
  allowOnce: 'allow once',
  deny: 'deny',
  denyWithMessage: 'deny with a message',
  nativeAlways: 'its own *always*',
  twoPending: 'two waiting',
  cancelPending: 'interrupted while waiting',
  killed: 'killed while waiting',
  sixtySeconds: 'allowed after 60 s',
  stdinClosed: 'input closed',
} as const;

export type Cell = keyof typeof CELLS;

/** What one run of one test of the contract came to. */
export interface ParityResult {
  /** The agent's name as in the contract. */
  readonly agent: string;
  readonly cell: Cell;
  readonly outcome: 'passed' | 'failed' | 'notRun' | 'noSuchThing';
  /** A sentence: why the protocol has no such thing, or what was measured. */
  readonly note?: string;
}

/** What a test of the contract has to say beyond "passed". */
export class Finding {
  noSuchThing = false;
  note: string | undefined;

  /** The agent's protocol has no place for it; `why` is a sentence. */
  none(why: string): void {
    this.noSuchThing = true;
    this.note = why;
  }

  /** What the agent did, where agents differ; a sentence. */
  measured(what: string): void {
    this.note = what;
  }
}

/** The table in Markdown, a row for each of these agents, with its notes below. What has no result was not run. */
export function parityTable(agents: readonly string[], results: readonly ParityResult[]): string {
  const cells = Object.keys(CELLS) as Cell[];
  const notes: string[] = [];
  const mark = (note: string) => {
    if (!notes.includes(note)) notes.push(note);
    return ` (${notes.indexOf(note) + 1})`;
  };
  const words = (agent: string, cell: Cell) => {
    const result = results.find((each) => each.agent === agent && each.cell === cell);
    const note = result?.note === undefined ? '' : mark(result.note);
    return `${OUTCOMES[result?.outcome ?? 'notRun']}${note}`;
  };
  const rows = agents.map((agent) => row([agent, ...cells.map((cell) => words(agent, cell))]));
  const head = [row(['Agent', ...Object.values(CELLS)]), row(['', ...cells].map(() => '---'))];
  const footnotes = notes.map((note, index) => `${index + 1}. ${note}`);
  return [...head, ...rows, '', ...footnotes].join('\n').trimEnd();
}

const OUTCOMES: Readonly<Record<ParityResult['outcome'], string>> = {
  passed: 'passed',
  failed: '**failed**',
  notRun: '**not run**',
  noSuchThing: 'protocol has no such thing',
};

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const START = '<!-- parity table: written by npm run test:agents -- --write -->';
const END = '<!-- end of the parity table -->';

/** The parity table that a README holds; `undefined` if it holds none. */
export function tableIn(readme: string): string | undefined {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  return from < 0 || to < from ? undefined : readme.slice(from + START.length, to).trim();
}

/** The README with another table. */
export function withTable(readme: string, table: string): string {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error('README.md has no place for the parity table.');
  return `${readme.slice(0, from + START.length)}\n${table}\n${readme.slice(to)}`;
}
