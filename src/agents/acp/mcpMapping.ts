import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../base/json.ts';
import type { Action } from '../../permission/action.ts';
import { type AskedCall, contentTexts } from './askedCall.ts';
import { objectAt } from './inputFields.ts';

/** The call as a call of an MCP server, or `undefined` when the agent does not say that it is one. */
export function mcpAction(
  call: AskedCall,
  name: string | undefined,
  kind: string | undefined,
): Action | undefined {
  const { asked, told, profile } = call;
  const input = objectAt(asked, 'rawInput') ?? objectAt(told, 'rawInput');
  if (name?.startsWith('mcp__')) {
    const [server, toolName, ...more] = name.slice('mcp__'.length).split('__');
    const seen = visible(input);
    if (server && toolName && more.length === 0) return { tool: 'mcp', server, toolName, ...seen };
    // The name can be cut in several places, so the same words could be two different calls: shown as it is.
    return { tool: 'other', toolName: name, input: seen.arguments, incomplete: true };
  }
  if (objectAt(told, '_meta')?.['is_mcp_tool_call'] === true) return codexAction(input);
  if (profile.commandCwd === 'title' && kind === 'other' && name?.startsWith('mcp_'))
    return geminiAction(call, name);
  return profile.mcpInTitles && kind === 'other' ? titledAction(call) : undefined;
}

/**
 * Copilot: told as `server-tool`, asked for under the tool's own title, which is its name unless the server gives it
 * another. A name that can be cut in several places could be two different calls, and a title can be the model's words: only
 * where both agree, and there is one way to cut.
 */
function titledAction({ asked, told }: AskedCall): Action | undefined {
  const [, server = '', toolName] =
    /^([^-\s]+)-([^-\s]+)$/.exec(stringAt(told, 'title') ?? '') ?? [];
  if (toolName === undefined || stringAt(asked, 'title') !== toolName) return undefined;
  return { tool: 'mcp', server, toolName, ...visible(objectAt(asked, 'rawInput')) };
}

/** Codex over ACP: server, tool and arguments are the input of the call told before. */
function codexAction(input: JsonObject | undefined): Action | undefined {
  const server = stringAt(input, 'server');
  const toolName = stringAt(input, 'tool');
  if (server === undefined || toolName === undefined) return undefined;
  return { tool: 'mcp', server, toolName, ...visible(objectAt(input, 'arguments')) };
}

/**
 * Gemini: the arguments are JSON text in the content, left out above 500 characters. The title is `tool (server MCP
 * Server)`, but an argument called `command` takes its place, so it counts only when the tool's name agrees.
 */
function geminiAction(call: AskedCall, name: string): Action {
  const parsed = parseJson(contentTexts(call.asked)[0] ?? '');
  const seen = visible(isJsonObject(parsed) ? parsed : undefined);
  const titled = /^(\S+) \((.+) MCP Server\)$/.exec(stringAt(call.asked, 'title') ?? '');
  const [, toolName = '', server = ''] = titled ?? [];
  if (titled && name === `mcp_${server}_${toolName}`)
    return { tool: 'mcp', server, toolName, ...seen };
  const split = /^mcp_([^_]+)_([^_]+)$/.exec(name);
  if (split) return { tool: 'mcp', server: split[1] ?? '', toolName: split[2] ?? '', ...seen };
  // The name can be cut in several places: shown as it is, and never matched with another agent's call.
  return { tool: 'other', toolName: name, input: seen.arguments, incomplete: true };
}

/** Arguments that the agent does not show are not "no arguments". */
function visible(input: JsonObject | undefined): { arguments: JsonObject; incomplete?: true } {
  return input ? { arguments: input } : { arguments: {}, incomplete: true };
}
