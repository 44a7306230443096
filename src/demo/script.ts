import { SAMPLE } from './sampleWorkspace.ts';
import type { Answer, Call, CallResult, Turn } from './turn.ts';
import type { Workspace } from './workspace.ts';

/** What the script needs besides the conversation. */
export interface Stage {
  readonly workspace: Workspace;
  /** The address of the demo's own server on loopback. */
  teaUrl(): Promise<string>;
}

type Part = (turn: Turn, stage: Stage) => Promise<string>;

/** What the demo can do, in the order in which it does it. Each part returns one line for the summary. */
const PARTS: Readonly<Record<string, Part>> = {
  command: commandPart,
  edit: editPart,
  fetch: fetchPart,
  mcp: mcpPart,
  two: twoPart,
};

const MAX_MANY = 1000;

/**
 * Plays the parts that the prompt names (`[[command]]`, `[[edit]]`, `[[fetch]]`, `[[mcp]]`, `[[two]]`, `[[cups:ann,bo]]`,
 * `[[many:50]]`, `[[say]]`), or the first five when it names none.
 */
export async function play(turn: Turn, stage: Stage, prompt: string): Promise<void> {
  const named = [...prompt.matchAll(/\[\[(\w+)(?::([\w,]+))?\]\]/g)];
  const lines: string[] = [];
  if (named.length === 0) {
    await turn.say(
      'Hello! I am the **demo agent**, and this is a small tea timer. I ask before everything I do: allow what you like, deny what you do not.\n\n',
    );
    for (const part of Object.values(PARTS)) lines.push(await part(turn, stage));
    await turn.say(`\n\n**That was it:**\n\n${lines.map((line) => `- ${line}\n`).join('')}`);
    await turn.say('\nSend me another message to play it again.');
    return;
  }
  for (const [, name = '', value = ''] of named) {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (part) lines.push(await part(turn, stage));
    else if (name === 'many') lines.push(await manyPart(turn, stage, Number(value) || 10));
    else if (name === 'cups') lines.push(await cupsPart(turn, stage, value.split(',')));
    else await turn.say('Nothing to ask for. I only say hello.');
  }
  if (lines.length > 0) await turn.say(`\n\n${lines.map((line) => `- ${line}\n`).join('')}`);
}

async function commandPart(turn: Turn, { workspace }: Stage): Promise<string> {
  await turn.say('First I would like to see whether the tests pass.\n\n');
  const result = await turn.call(
    nodeCall(workspace, SAMPLE.test, [], 'See whether the tests pass'),
  );
  const passed = /^# pass (\d+)|ℹ pass (\d+)/m.exec(result.output);
  const count = passed?.[1] ?? passed?.[2];
  const done = count === undefined ? 'the tests ran' : `${count} tests passed`;
  return tell(turn, result, 'Run the tests', done, 'I did not run them');
}

async function editPart(turn: Turn, { workspace }: Stage): Promise<string> {
  const oldText = await workspace.read(SAMPLE.source);
  const { newText, what } = proposedChange(oldText);
  await turn.say(`Now a small change: I would ${what}.\n\n`);
  const path = workspace.path(SAMPLE.source);
  const result = await turn.call({
    toolCall: {
      title: `Edit ${SAMPLE.source}`,
      kind: 'edit',
      locations: [{ path }],
      content: [{ type: 'diff', path, oldText, newText }],
    },
    run: async () => {
      if ((await workspace.read(SAMPLE.source)) !== oldText)
        throw new Error('The file was changed in the meantime, so I left it as it is');
      await workspace.write(SAMPLE.source, newText);
      return `${SAMPLE.source} is changed`;
    },
  });
  return tell(
    turn,
    result,
    'Edit a file',
    `\`${SAMPLE.source}\` is changed`,
    'the file is as it was',
  );
}

/** Adds a tea, or takes it away again when it is there already. */
function proposedChange(text: string): { newText: string; what: string } {
  const line = '  matcha: 60,\n';
  if (text.includes(line))
    return { newText: text.replace(line, ''), what: 'take matcha off the list' };
  const newText = text.replace('  green: 120,\n', `  green: 120,\n${line}`);
  return newText === text
    ? { newText: `${text}\n// Fancy a cup?\n`, what: 'add a line at the end' }
    : { newText, what: 'put matcha on the list' };
}

async function fetchPart(turn: Turn, stage: Stage): Promise<string> {
  const url = await stage.teaUrl();
  await turn.say(
    'Others have teas too. I would look at their list, which I serve on this machine.\n\n',
  );
  const result = await turn.call({
    toolCall: {
      title: `Fetch ${url}`,
      kind: 'fetch',
      rawInput: { url, description: 'See which teas others have' },
    },
    run: async (signal) => {
      const response = await fetch(url, { signal, redirect: 'error' });
      return `${response.status} ${await response.text()}`;
    },
  });
  return tell(turn, result, 'Fetch a list', `it says \`${result.output}\``, 'I did not fetch it');
}

async function mcpPart(turn: Turn, { workspace }: Stage): Promise<string> {
  await turn.say('I would write that down with the `notes` server.\n\n');
  const result = await turn.call(noteCall(workspace, 'Matcha wants 60 seconds.', ['tea', 'demo']));
  return tell(turn, result, 'Add a note', `it is in \`${SAMPLE.notes}\``, 'there is no note');
}

async function twoPart(turn: Turn, { workspace }: Stage): Promise<string> {
  await turn.say('And now two at once; answer them in any order.\n\n');
  const results = await Promise.all(
    ['green', 'oolong'].map((tea) =>
      turn.call(nodeCall(workspace, SAMPLE.source, [tea], `How long does ${tea} tea take?`)),
    ),
  );
  const lines = results.map(({ answer, output, ok }) =>
    ok ? `${said(answer)}, and it printed \`${output}\`` : `${said(answer)}, and it did not run`,
  );
  await turn.say(`First: ${lines[0]}. Second: ${lines[1]}.\n\n`);
  return `**Two at once**: ${lines.join('; ')}`;
}

async function cupsPart(
  turn: Turn,
  { workspace }: Stage,
  guests: readonly string[],
): Promise<string> {
  await turn.say('I would put the cups on the table.\n\n');
  const calls = guests.map((guest) =>
    nodeCall(workspace, SAMPLE.cup, [guest], `A cup for ${guest}`),
  );
  const results = await Promise.all(calls.map((call) => turn.call(call)));
  return `**Cups**: ${results.map(({ answer }) => said(answer)).join('; ')}`;
}

async function manyPart(turn: Turn, { workspace }: Stage, count: number): Promise<string> {
  const total = Math.min(Math.max(count, 1), MAX_MANY);
  const notes = Array.from({ length: total }, (_, index) => `Cup ${index + 1} of ${total}`);
  const results = await Promise.all(notes.map((text) => turn.call(noteCall(workspace, text, []))));
  const done = results.filter(({ ok }) => ok).length;
  return `**${total} at once**: ${done} done, ${total - done} not`;
}

function nodeCall(
  workspace: Workspace,
  script: string,
  args: readonly string[],
  description: string,
): Call {
  const command = ['node', script, ...args].join(' ');
  return {
    toolCall: {
      title: command,
      kind: 'execute',
      rawInput: { command, cwd: workspace.folder, description },
    },
    run: async (signal) => {
      const { ok, output } = await workspace.runNode(script, args, signal);
      if (!ok) throw new Error(output || 'It could not be run');
      return output;
    },
  };
}

function noteCall(workspace: Workspace, text: string, tags: readonly string[]): Call {
  return {
    toolCall: {
      title: 'add_note (notes)',
      kind: 'other',
      rawInput: { text, ...(tags.length > 0 && { tags }) },
      _meta: { toolName: 'mcp__notes__add_note' },
    },
    run: async () => {
      const hashtags = tags.map((tag) => ` #${tag}`).join('');
      await workspace.append(SAMPLE.notes, `- ${text}${hashtags}\n`);
      return 'Noted';
    },
  };
}

/** Tells what was answered and what came of it, and returns the same as a line for the summary. */
async function tell(
  turn: Turn,
  { answer, ok, output }: CallResult,
  what: string,
  done: string,
  notDone: string,
): Promise<string> {
  const end = ok ? done : answer.allowed ? `it did not work: ${output}` : notDone;
  await turn.say(`${said(answer)}: ${end}.\n\n`);
  return `**${what}**: ${said(answer)}; ${end}`;
}

function said({ allowed, words }: Answer): string {
  if (words === 'cancelled') return 'You took that back';
  return `You ${allowed ? 'allowed' : 'denied'} it (“${words}”)`;
}
