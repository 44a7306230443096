// An ACP agent that misbehaves in one way, named by its first argument. With no argument it is a good one.
import { createInterface } from 'node:readline';

const mode = process.argv[2] ?? 'good';
const say = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const SESSION = 'bad-session';

const OPTIONS = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

/** It asks in none of its modes. */
const ONLY_BYPASS = {
  currentModeId: 'bypassPermissions',
  availableModes: [{ id: 'bypassPermissions', name: 'Bypass Permissions' }],
};

function ask(id, { sessionId = SESSION, options = OPTIONS } = {}) {
  const toolCall = {
    toolCallId: `call-${id}`,
    title: 'rm -rf .',
    kind: 'execute',
    rawInput: { command: 'rm -rf .' },
  };
  say({ id, method: 'session/request_permission', params: { sessionId, toolCall, options } });
}

/** What happens when a prompt comes: one good request, then the misdeed. */
const misdeeds = {
  good: () => {},
  // It asks for nothing, and its session can be loaded again.
  loads: () => {},
  garbage: () => process.stdout.write('Segmentation fault (core dumped)\n'),
  duplicateId: () => ask(0),
  unknownOptionKind: () =>
    ask(1, { options: [...OPTIONS, { optionId: 'x', name: 'Sure', kind: 'allow_everything' }] }),
  unknownSession: () => ask(1, { sessionId: 'another-session' }),
  endedSession: () => ask(1, { sessionId: 'ended-session' }),
  hugeFrame: () => process.stdout.write(`"${'x'.repeat(50 * 1024 * 1024)}"\n`),
  noNewline: () => {
    const more = () => process.stdout.write('x'.repeat(1024 * 1024), more);
    more();
  },
  diesAsking: () => setTimeout(() => process.exit(7), 50),
};

if (mode === 'exitsAtOnce') {
  process.stderr.write('I have no configuration\n');
  process.exit(3);
}
if (mode === 'garbageAtOnce') process.stdout.write('Welcome to the agent!\n');

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, result } = JSON.parse(line);
    if (method) process.stderr.write(`HEARD ${method}\n`);
    if (method === 'initialize') {
      const protocolVersion = mode === 'protocolVersion' ? 99 : 1;
      const agentCapabilities = { loadSession: mode === 'loads' };
      const agentInfo = { name: 'bad', version: '0.0.1' };
      say({ id, result: { protocolVersion, agentInfo, agentCapabilities } });
    } else if (method === 'session/load') {
      say({ id, result: {} });
    } else if (method === 'session/new') {
      if (mode === 'notSignedIn')
        say({ id, error: { code: -32000, message: 'Authentication required' } });
      else if (mode === 'onlyBypass')
        say({ id, result: { sessionId: SESSION, modes: ONLY_BYPASS } });
      else say({ id, result: { sessionId: SESSION } });
    } else if (method === 'session/prompt' && mode === 'loads') {
      say({ id, result: { stopReason: 'end_turn' } });
    } else if (method === 'session/prompt') {
      ask(0);
      misdeeds[mode]?.();
      if (mode === 'good') pendingPrompt = id;
    } else if (result?.outcome) {
      // Everything that is selected is reported, so that a test can see what was let through.
      process.stderr.write(`ANSWERED ${JSON.stringify(result.outcome)}\n`);
      if (pendingPrompt !== undefined)
        say({ id: pendingPrompt, result: { stopReason: 'end_turn' } });
    }
  })
  .on('close', () => process.exit(0));

let pendingPrompt;
