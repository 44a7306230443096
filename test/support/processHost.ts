// A host of its own process, for a test that kills it: starts an agent that does not end with its input, and passes on its lines.
//   node --import tsx processHost.ts '<script of the agent>'
import { AgentProcess } from '../../src/agents/process.ts';

const agent = await AgentProcess.start({
  command: process.execPath,
  args: ['-e', process.argv[2] ?? ''],
  cwd: process.cwd(),
  env: process.env,
  signal: new AbortController().signal,
  agentName: 'Test Agent',
  outlivesInput: true,
  log: () => undefined,
});
agent.onLine((line) => process.stdout.write(`${line}\n`));
