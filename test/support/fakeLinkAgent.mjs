#!/usr/bin/env node
// Stands in for `agent` of link-assistant 0.26.0 in tests. It is a fake because the real one runs on Bun and is installed
// from its own repository, which these tests cannot count on. Its frames are those of a recorded session
// (test/wire/linkAssistant/frames/bash-once.ndjson) with other ids and commands; what it does with answers, an interrupt,
// the end of its input and signals is what the recordings show. Not measured, and so only assumed: that it goes on after
// an interrupt whose request was rejected; and what it says of a session that it resumes, which is from its help and its
// source (js/src/cli/continuous-mode.js of its repository).
//
// A prompt is JSON: { "calls": ["a command", …] }; all its calls run at once, as the model's would.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const args = process.argv.slice(2);
if (args.includes('--version')) {
  process.stdout.write(`${process.env.FAKE_LINK_AGENT_VERSION ?? '0.26.0'}\n`);
  process.exit(0);
}
const asks = args[args.indexOf('--permission-mode') + 1] === 'ask';
/** The real one waits two minutes unless told otherwise; this one less than the longest wait of the contract. */
const patience = Number(process.env.LINK_ASSISTANT_AGENT_STREAM_CHUNK_TIMEOUT_MS ?? 30_000);
const sessionID = 'ses_fake';
const templates = recordedFrames();
/** Answers that are waited for, by permission id. */
const pending = new Map();
let last = 0;
let working = false;
let inputEnded = false;
let turn = 0;

write(templates.status);
const resumed = args.includes('--resume') ? args[args.indexOf('--resume') + 1] : undefined;
if (resumed !== undefined && resumed !== sessionID) {
  write({ type: 'error', errorType: 'SessionNotFound', message: `Session not found: ${resumed}` });
  process.exit(1);
}
if (resumed !== undefined) write({ type: 'status', mode: 'resume', sessionID, forked: false });
process.on('SIGINT', () => {
  write({ type: 'status', message: 'Received SIGINT. Shutting down...' });
  process.exit(0);
});
const input = createInterface({ input: process.stdin });
input.on('line', (line) => void receive(JSON.parse(line)));
input.on('close', () => {
  inputEnded = true;
  // With a request open it neither denies nor exits: see stdin-closed.ndjson.
  if (working) setInterval(() => undefined, 60_000);
});

async function receive(frame) {
  if (frame.type === 'permission_response') {
    write({ ...templates.input, raw: '', parsed: frame, kind: 'permission_response' });
    // An unknown id, or a second answer, changes nothing.
    pending.get(frame.permissionID)?.(frame.response);
    pending.delete(frame.permissionID);
  } else if (frame.type === 'interrupt') {
    // The request stays open, and an "once" that comes now still runs: see interrupt.ndjson.
    turn++;
    working = false;
    write({ type: 'session_idle', sessionID });
    write({ ...templates.input, raw: '', parsed: frame, kind: 'interrupt' });
  } else if (frame.type === 'user') {
    write({ ...templates.input, raw: '', parsed: frame, kind: 'message' });
    await work(JSON.parse(frame.message.content[0].text).calls);
  }
}

async function work(commands) {
  const mine = ++turn;
  working = true;
  write(templates.stepStart);
  const outcomes = await Promise.all(commands.map((command) => call(command)));
  if (turn !== mine) return;
  write(templates.stepFinish);
  const text = `Finished. ${outcomes.join(' | ')}`;
  write({ ...templates.text, part: { ...templates.text.part, text } });
  write({ type: 'session_idle', sessionID });
  working = false;
  if (inputEnded) process.exit(0);
}

async function call(command) {
  const number = ++last;
  const callID = `call_${number}`;
  const input = { command, description: 'x' };
  const tell = (state) =>
    write({ ...templates.tool, part: { ...templates.tool.part, callID, state } });
  tell({ status: 'pending', input: {}, raw: '' });
  tell({ status: 'running', input });
  const answer = asks ? await ask(`per_${number}`, callID, command) : 'once';
  if (answer === 'reject') {
    const error = 'Error: The user rejected permission to use this specific tool call.';
    tell({ status: 'error', input, error });
    process.stderr.write(`${JSON.stringify({ type: 'error', sessionID, message: error })}\n`);
    return error;
  }
  tell({ status: 'running', input, metadata: { output: '' } });
  const exit = await run(command);
  tell({ status: 'completed', input, output: '', title: command, metadata: { exit } });
  return `exit ${exit}`;
}

async function ask(permissionID, callID, command) {
  const metadata = { command, patterns: [`${command} *`] };
  write({
    ...templates.ask,
    permissionID,
    callID,
    pattern: [`${command} *`],
    title: command,
    metadata,
  });
  const asked = Date.now();
  const answer = await new Promise((resolve) => pending.set(permissionID, resolve));
  // The stream of its model has broken meanwhile: nothing more comes. See wait-125s.ndjson.
  if (Date.now() - asked > patience) await new Promise(() => undefined);
  return answer;
}

function run(command) {
  return new Promise((resolve) => {
    spawn(command, { shell: true, stdio: 'ignore', detached: true }).once('exit', resolve);
  });
}

function recordedFrames() {
  const file = new URL('../wire/linkAssistant/frames/bash-once.ndjson', import.meta.url);
  const frames = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ dir }) => dir === 'out')
    .map(({ frame }) => ({ ...frame, ...(frame.sessionID && { sessionID }) }));
  const first = (type) => frames.find((frame) => frame.type === type);
  return {
    status: first('status'),
    input: first('input'),
    stepStart: first('step_start'),
    stepFinish: first('step_finish'),
    tool: first('tool_use'),
    ask: first('permission_request'),
    text: first('text'),
  };
}

function write(frame) {
  process.stdout.write(`${JSON.stringify(frame)}\n`);
}
