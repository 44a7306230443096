// A host of its own process, for a test that kills it: asks Claude Code for one call, says so, and waits for ever.
//   node --import tsx claudeHost.ts '{ "program", "cwd", "env", "args", "prompt" }'
import { claudeLauncher } from '../../src/agents/claude/launcher.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import { rulesOnFakes } from './rules.ts';

/** What the test tells its host. */
export interface HostOrder {
  readonly program: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly prompt: string;
}

const order = JSON.parse(process.argv[2] ?? '') as HostOrder;
const newId = ulidSource(systemClock.now);
const broker = new Broker({
  clock: systemClock,
  newId,
  rules: rulesOnFakes(newId),
  journal: { append: async () => undefined },
});
const connection = await claudeLauncher({ command: order.program }).start({
  session: { key: newId(), title: 'Host', cwd: order.cwd, workspaceFolder: order.cwd },
  gate: broker,
  env: order.env,
  signal: new AbortController().signal,
  log: () => undefined,
});
broker.onDidRaise(() => process.stdout.write('asked\n'));
await connection.prompt(order.prompt);
