import { type ParseArgsConfig, parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';

export type Command =
  | { readonly kind: 'help'; readonly topic: HelpTopic }
  | { readonly kind: 'version' }
  | ({ readonly kind: 'run' } & RunArguments)
  | { readonly kind: 'agents'; readonly json: boolean }
  | { readonly kind: 'policyCheck'; readonly rules: string | undefined }
  | { readonly kind: 'redact'; readonly as: 'command' | 'text' }
  | { readonly kind: 'auditVerify'; readonly journal: string | undefined }
  | { readonly kind: 'auditShow'; readonly journal: string | undefined; readonly json: boolean };

export type HelpTopic = 'main' | 'run' | 'agents' | 'audit' | 'policy' | 'redact';

export interface RunArguments {
  readonly agent: AgentArgument;
  readonly cwd: string | undefined;
  readonly prompt: string;
  readonly strict: boolean;
  readonly json: boolean;
  readonly rawInput: boolean;
  readonly journal: string | undefined;
  readonly rules: string | undefined;
  /** Minutes; 0: what waits is never denied by itself. */
  readonly timeout: number;
}

export type AgentArgument =
  | { readonly kind: 'catalog'; readonly id: string }
  /** Any program that speaks ACP. */
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] };

export interface UsageError {
  readonly message: string;
  readonly topic: HelpTopic;
}

type Parsed = Result<Command, UsageError>;

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/** What the person wants, from the words after `countersign`. */
export function parseCommand(argv: readonly string[]): Parsed {
  const [first, ...rest] = argv;
  switch (first) {
    case undefined:
    case 'help':
    case '-h':
    case '--help':
      return ok({ kind: 'help', topic: topicOf(rest[0]) });
    case '-V':
    case '--version':
      return ok({ kind: 'version' });
    case 'run':
      return parseRun(rest);
    case 'agents':
      return parseAgents(rest);
    case 'audit':
      return parseAudit(rest);
    case 'policy':
      return parsePolicy(rest);
    case 'redact':
      return parseRedact(rest);
    default:
      return usage('main', `There is no command "${first}".`);
  }
}

function parseRun(argv: readonly string[]): Parsed {
  const parsed = parse('run', attachValues(argv, ['--prompt', '--agent-arg']), {
    ...HELP,
    agent: { type: 'string' },
    'agent-command': { type: 'string' },
    'agent-arg': { type: 'string', multiple: true },
    cwd: { type: 'string' },
    prompt: { type: 'string' },
    'approve-each': { type: 'boolean' },
    'permission-mode': { type: 'string' },
    strict: { type: 'boolean' },
    json: { type: 'boolean' },
    'raw-input': { type: 'boolean' },
    journal: { type: 'string' },
    rules: { type: 'string' },
    timeout: { type: 'string' },
  } as const);
  if (!parsed.ok) return parsed;
  const { values, afterDashes } = parsed.value;
  if (values.help) return ok({ kind: 'help', topic: 'run' });
  const args = [...(values['agent-arg'] ?? []), ...afterDashes];
  const agent = agentOf(values.agent, values['agent-command'], args);
  if (!agent.ok) return agent;
  const { prompt } = values;
  if (prompt === undefined || prompt.trim() === '')
    return usage('run', 'Say what the agent is to do: --prompt "…".');
  const mode = values['permission-mode'] ?? (values['approve-each'] ? 'ask' : undefined);
  if (mode !== 'ask') return usage('run', noMode(mode));
  const timeout = Number(values.timeout ?? '0');
  if (values.timeout?.trim() === '' || !Number.isFinite(timeout) || timeout < 0)
    return usage('run', '--timeout takes a number of minutes, such as 30; 0 waits for ever.');
  return ok({
    kind: 'run',
    agent: agent.value,
    cwd: values.cwd,
    prompt,
    strict: values.strict === true,
    json: values.json === true,
    rawInput: values['raw-input'] === true,
    journal: values.journal,
    rules: values.rules,
    timeout,
  });
}

function agentOf(
  id: string | undefined,
  command: string | undefined,
  args: readonly string[],
): Result<AgentArgument, UsageError> {
  if (command !== undefined && id !== undefined)
    return usage('run', 'Name either --agent or --agent-command, not both.');
  if (command !== undefined) return ok({ kind: 'command', command, args });
  if (id === undefined)
    return usage('run', 'Name an agent: --agent ID, or --agent-command PROGRAM for one over ACP.');
  // An argument could make the agent stop asking.
  if (args.length > 0)
    return usage('run', 'Arguments for the agent go with --agent-command; --agent has its own.');
  return ok({ kind: 'catalog', id });
}

function noMode(mode: string | undefined): string {
  return mode === undefined
    ? 'Choose how calls are answered: --approve-each (the same as --permission-mode ask). There is no mode that does not ask.'
    : `There is no permission mode "${mode}". The only one is --permission-mode ask, the same as --approve-each.`;
}

function parseAgents(argv: readonly string[]): Parsed {
  const parsed = parse('agents', argv, { ...HELP, json: { type: 'boolean' } } as const);
  if (!parsed.ok) return parsed;
  const { values } = parsed.value;
  if (values.help) return ok({ kind: 'help', topic: 'agents' });
  return ok({ kind: 'agents', json: values.json === true });
}

function parseAudit([action, ...argv]: readonly string[]): Parsed {
  const options = { ...HELP, json: { type: 'boolean' }, journal: { type: 'string' } } as const;
  if (action === undefined || action === '-h' || action === '--help')
    return ok({ kind: 'help', topic: 'audit' });
  if (action !== 'verify' && action !== 'show')
    return usage('audit', `There is no command "audit ${action}".`);
  const parsed = parse('audit', argv, options);
  if (!parsed.ok) return parsed;
  const { help, json, journal } = parsed.value.values;
  if (help) return ok({ kind: 'help', topic: 'audit' });
  if (action === 'show') return ok({ kind: 'auditShow', journal, json: json === true });
  if (json) return usage('audit', '"audit verify" has no --json.');
  return ok({ kind: 'auditVerify', journal });
}

function parsePolicy([action, ...argv]: readonly string[]): Parsed {
  if (action === undefined || action === '-h' || action === '--help')
    return ok({ kind: 'help', topic: 'policy' });
  if (action !== 'check') return usage('policy', `There is no command "policy ${action}".`);
  const parsed = parse('policy', argv, { ...HELP, rules: { type: 'string' } } as const);
  if (!parsed.ok) return parsed;
  const { help, rules } = parsed.value.values;
  if (help) return ok({ kind: 'help', topic: 'policy' });
  return ok({ kind: 'policyCheck', rules });
}

function parseRedact(argv: readonly string[]): Parsed {
  const parsed = parse('redact', argv, { ...HELP, as: { type: 'string' } } as const);
  if (!parsed.ok) return parsed;
  const { help, as = 'text' } = parsed.value.values;
  if (help) return ok({ kind: 'help', topic: 'redact' });
  if (as !== 'command' && as !== 'text')
    return usage('redact', 'A string is looked at --as command or --as text.');
  return ok({ kind: 'redact', as });
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(
  topic: HelpTopic,
  argv: readonly string[],
  options: T,
) {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const afterDashes = end < 0 ? [] : argv.slice(end + 1);
  try {
    const { values } = parseArgs({ args: [...own], options, allowPositionals: false });
    return ok({ values, afterDashes });
  } catch (error) {
    return usage(topic, error instanceof Error ? error.message : String(error));
  }
}

/** `--prompt -x` as `--prompt=-x`: a text may begin with a dash, which `parseArgs` takes for an option. */
function attachValues(argv: readonly string[], names: readonly string[]): string[] {
  const attached: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const value = argv[i + 1];
    if (word === '--') return [...attached, ...argv.slice(i)];
    if (names.includes(word) && value !== undefined) {
      attached.push(`${word}=${value}`);
      i++;
    } else attached.push(word);
  }
  return attached;
}

function topicOf(word: string | undefined): HelpTopic {
  const topics: readonly HelpTopic[] = ['run', 'agents', 'audit', 'policy', 'redact'];
  return topics.find((topic) => topic === word) ?? 'main';
}

function usage(topic: HelpTopic, message: string) {
  return err<UsageError>({ message, topic });
}
