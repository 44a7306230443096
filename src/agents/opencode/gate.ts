import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import { notGated } from '../connectionErrors.ts';
import { mcpServersIn } from './actions.ts';
import type { OpenCodeApi } from './api.ts';
import { AGENT } from './frames.ts';
import {
  asking,
  asSetting,
  fromSetting,
  type NativeAgent,
  type NativeRule,
  readAgents,
  unasked,
} from './rules.ts';

/** What OpenCode's own settings come to, before ours. */
export interface Settings {
  readonly config: JsonObject;
  readonly agents: readonly NativeAgent[];
  readonly tools: readonly string[];
}

/** How a session is made to ask. */
export interface GatePlan {
  /** The agent (OpenCode's word for a mode) that gets the prompts. */
  readonly mainAgent: string;
  /** For `POST /session`; they come after all others, so they count. */
  readonly rules: readonly NativeRule[];
  readonly mcpServers: readonly string[];
  /** What had to be switched off, for the person. */
  readonly notices: readonly string[];
}

/** The tools of 1.18.33. Any other one comes from a plugin and runs without asking, so it is switched off. */
const BUILT_IN: readonly string[] = [
  'apply_patch',
  'bash',
  'codesearch',
  'edit',
  'glob',
  'grep',
  'invalid',
  'list',
  'lsp',
  'multiedit',
  'plan_enter',
  'plan_exit',
  'question',
  'read',
  'skill',
  'task',
  'todoread',
  'todowrite',
  'webfetch',
  'websearch',
  'write',
];

/** Its questions with choices have an answer of their own, which nobody here gives: it would wait for ever. */
const NO_QUESTIONS: NativeRule = { permission: 'question', pattern: '*', action: 'deny' };

const EVERYTHING: NativeRule = { permission: '*', pattern: '*', action: 'allow' };

/** Reads what a server's settings come to. Rejects when it does not tell. */
export async function readSettings(api: OpenCodeApi): Promise<Settings> {
  const [config, agents, tools] = await Promise.all([
    api.get('/config'),
    api.get('/agent'),
    api.get('/experimental/tool/ids'),
  ]);
  if (!isJsonObject(config) || !Array.isArray(tools))
    throw cannotBeGated('it does not tell its settings');
  return { config, agents: readAgents(agents), tools: tools.map(String) };
}

/**
 * `OPENCODE_PERMISSION` for the server that is used. It counts for sub-agents: the rules of a session are not passed on to
 * theirs, only what they deny (measured, 1.18.33). What the person's settings ask for or deny stays as it is.
 */
export function permissionSetting({ config }: Settings): string {
  const rules = [EVERYTHING, ...fromSetting(config['permission'])];
  return JSON.stringify(asSetting(asking(rules)));
}

/**
 * The plan, from the settings without and with ours. Throws when something with a side effect would still be let through;
 * sub-agents and tools that cannot be made to ask are switched off instead.
 */
export function gatePlan(own: Settings, gated: Settings): GatePlan {
  const main = mainAgentOf(own);
  const after = gated.agents.find(({ name }) => name === main?.name);
  if (!main || !after) throw cannotBeGated('it does not tell its rules');
  const off = switchedOff(gated);
  const rules = [...asking(main.rules), NO_QUESTIONS, ...off.rules];
  const [loose] = unasked([...after.rules, ...rules]);
  if (loose) throw cannotBeGated(`${loose.permission} ${loose.pattern} is allowed`);
  const mcpServers = mcpServersIn(gated.config);
  return { mainAgent: main.name, rules, mcpServers, notices: off.notices };
}

/**
 * Throws when something with a side effect would be let through by a server of OpenCode's ACP, whose sessions take no rules:
 * what cannot be made to ask there cannot be switched off either.
 */
export function refuseUnasked(gated: Settings): void {
  if (gated.agents.length === 0) throw cannotBeGated('it does not tell its rules');
  for (const { name, rules } of gated.agents) {
    const [loose] = unasked(rules);
    if (loose)
      throw cannotBeGated(`${loose.permission} ${loose.pattern} is allowed to its agent ${name}`);
  }
  const [notice] = switchedOff(gated).notices;
  if (notice !== undefined) throw cannotBeGated(notice);
}

function switchedOff({ agents, config, tools }: Settings) {
  const rules: NativeRule[] = [];
  const notices: string[] = [];
  const turnOff = (permission: string, pattern: string, what: string) => {
    rules.push({ permission, pattern, action: 'deny' });
    notices.push(`${AGENT.name} cannot be made to ask for ${what}, so that is switched off here.`);
  };
  for (const tool of tools)
    if (!BUILT_IN.includes(tool)) turnOff(tool, '*', `the tool ${tool} of a plugin`);
  for (const agent of agents)
    if (agent.isSubAgent && unasked(agent.rules).length > 0)
      turnOff('task', agent.name, `what its sub-agent ${agent.name} does`);
  // These are let through in every sub-agent, whatever the rules say.
  const experimental = config['experimental'];
  const primary = isJsonObject(experimental) ? experimental['primary_tools'] : undefined;
  if (Array.isArray(primary) && primary.length > 0) turnOff('task', '*', 'what sub-agents do');
  return { rules, notices };
}

/** As OpenCode chooses it: https://opencode.ai/docs/agents */
function mainAgentOf({ agents, config }: Settings): NativeAgent | undefined {
  const name = stringAt(config, 'default_agent') ?? 'build';
  const primary = agents.filter(({ isHidden, isSubAgent }) => !isHidden && !isSubAgent);
  return primary.find((agent) => agent.name === name) ?? primary[0];
}

function cannotBeGated(what: string): Error {
  const next = 'Take what allows it out of opencode.json, or update OpenCode, then start again.';
  return notGated(AGENT.name, what, next);
}
