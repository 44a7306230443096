import { type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { Action } from '../../permission/action.ts';
import { actionCwd } from '../paths.ts';
import {
  type AskedCall,
  contentTexts,
  inputOf,
  kindOf,
  mergedInput,
  toldInput,
} from './askedCall.ts';
import { editAction } from './editMapping.ts';
import { absolutePath, FIELDS, objectAt, restFields, textField } from './inputFields.ts';
import { mcpAction } from './mcpMapping.ts';

/** What a request is about, in common words. */
export interface MappedCall {
  readonly action: Action;
  /** The agent's own name of the tool, as far as it tells. */
  readonly toolName: string;
  /** The agent's stated reason. */
  readonly why?: string;
}

/**
 * Translates a tool call of ACP. Only what the agent says about the call itself is used; where it says too little, the
 * action is marked as incomplete and always asks.
 */
export function mapToolCall(call: AskedCall): MappedCall {
  const name = toolNameOf(call);
  const action = actionOf(call, name);
  const why = reasonOf(call, action);
  return {
    action,
    toolName: name ?? stringAt(call.asked, 'kind') ?? 'tool',
    ...(why && { why }),
  };
}

function actionOf(call: AskedCall, name: string | undefined): Action {
  const kind = kindOf(call);
  // First: an MCP call can have an argument called "command" and a title to match, and is no shell command for that.
  const mcp = mcpAction(call, name, kind);
  if (mcp) return mcp;
  switch (kind) {
    case 'execute':
      return executeAction(call) ?? otherAction(call, name);
    case 'edit':
      return editAction(call) ?? otherAction(call, name);
    case 'delete':
    case 'read':
      return pathAction(kind, call) ?? otherAction(call, name);
    case 'move':
      return moveAction(call) ?? otherAction(call, name);
    case 'fetch':
      return fetchAction(call) ?? otherAction(call, name);
    default:
      return otherAction(call, name);
  }
}

function executeAction(call: AskedCall): Action | undefined {
  const { asked, profile, session } = call;
  const input = inputOf(call);
  const command = input ? commandOf(input) : undefined;
  if (input && command !== undefined) {
    const cwd = commandCwd(call, input, command);
    // A directory that we do not rely on is at least shown.
    const read = profile.commandCwd === 'unknown' ? ['command'] : ['command', ...FIELDS.cwd];
    return {
      tool: 'execute',
      command,
      ...(cwd !== undefined && { cwd: actionCwd(cwd, session) }),
      ...restFields(mergedInput(call), read, profile.cosmetic),
    };
  }
  const title = stringAt(asked, 'title');
  if (profile.commandCwd !== 'title' || title === undefined) return undefined;
  const { rest, isSessionCwd } = geminiPlace(call);
  // What else stands there is the model's own sentence, except this mark.
  const background = /^\[background\]/.test(rest);
  return {
    tool: 'execute',
    command: title,
    ...(isSessionCwd && !background && { cwd: actionCwd('.', session) }),
    ...(background && { widened: { background: true } }),
  };
}

/** A command is a text, or the arguments of a shell that is handed one text. */
function commandOf(input: JsonObject): string | undefined {
  const { command } = input;
  if (typeof command === 'string') return command;
  if (!Array.isArray(command) || command.length !== 3) return undefined;
  const [shell, flag, text] = command as readonly Json[];
  const isShell = typeof shell === 'string' && /^(?:\/usr)?(?:\/bin\/)?(?:ba|z)?sh$/.test(shell);
  return isShell && (flag === '-lc' || flag === '-c') && typeof text === 'string'
    ? text
    : undefined;
}

/** The directory as the agent named it, or `undefined`: not known. */
function commandCwd(call: AskedCall, input: JsonObject, command: string): string | undefined {
  const named = textField(input, FIELDS.cwd);
  switch (call.profile.commandCwd) {
    case 'session':
      return named ?? textField(toldInput(call), FIELDS.cwd) ?? '.';
    case 'input':
      return named;
    case 'told': {
      const told = toldInput(call);
      // `workdir` is what the model asked for; `cwd` is what the agent adds to every call.
      return told['command'] === command
        ? (textField(told, ['workdir']) ?? textField(told, ['cwd']))
        : undefined;
    }
    case 'title':
    case 'unknown':
      return undefined;
  }
}

/**
 * Gemini says where a command runs in front of the model's description: `[current working directory X] (description)`.
 * X is trusted only where it is exactly the session's directory; everything after it the model wrote.
 */
function geminiPlace(call: AskedCall): { isSessionCwd: boolean; rest: string } {
  const text = contentTexts(call.asked)[0] ?? '';
  const place = `[current working directory ${call.session.cwd}]`;
  if (text === place || text.startsWith(`${place} `))
    return { isSessionCwd: true, rest: text.slice(place.length).trim() };
  const rest = text.replace(/^\[(?:current working directory|in) [^\]]*\]/, '').trim();
  return { isSessionCwd: false, rest };
}

function pathAction(tool: 'delete' | 'read', call: AskedCall): Action | undefined {
  const input = mergedInput(call);
  const named = [...new Set(FIELDS.path.flatMap((name) => textField(input, [name]) ?? []))];
  const [path] = named;
  if (path === undefined || named.length !== 1) return undefined;
  const rest = restFields(input, FIELDS.path, call.profile.cosmetic);
  return { tool, path: absolutePath(path, call.session), ...rest };
}

function moveAction(call: AskedCall): Action | undefined {
  const input = mergedInput(call);
  const from = textField(input, FIELDS.from);
  const to = textField(input, FIELDS.to);
  if (from === undefined || to === undefined) return undefined;
  return {
    tool: 'move',
    from: absolutePath(from, call.session),
    to: absolutePath(to, call.session),
    ...restFields(input, [...FIELDS.from, ...FIELDS.to], call.profile.cosmetic),
  };
}

/** `prompt` and `format` shape only what the model reads of the answer. */
const FETCH_COSMETIC = ['prompt', 'format'];

function fetchAction(call: AskedCall): Action | undefined {
  const input = mergedInput(call);
  const url = stringAt(input, 'url');
  if (url === undefined) return undefined;
  const method = stringAt(input, 'method');
  return {
    tool: 'fetch',
    url,
    ...(method !== undefined && method.toUpperCase() !== 'GET' && { method: method.toUpperCase() }),
    ...restFields(input, ['url', 'method'], [...FETCH_COSMETIC, ...call.profile.cosmetic]),
  };
}

/** Everything that the agent told about a call which has no common words, for the person to read. */
function otherAction(call: AskedCall, name: string | undefined): Action {
  const kind = kindOf(call);
  const input = inputOf(call);
  // These kinds change files or reach out, and were not understood: no rule may answer what nobody could name.
  const understood =
    (kind === 'other' || kind === 'search' || kind === 'think') && name !== undefined;
  const title = stringAt(call.asked, 'title');
  if (input && understood) return { tool: 'other', toolName: name, input };
  const { content, locations } = { ...call.told, ...call.asked };
  const shown = Object.entries({ title, input, content, locations }).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return {
    tool: 'other',
    toolName: name ?? kind ?? 'unknown',
    input: Object.fromEntries(shown) as JsonObject,
    incomplete: true,
  };
}

/** The tool's name by the agent itself: never the title, which the model can choose. */
function toolNameOf({ asked, told, profile }: AskedCall): string | undefined {
  for (const frame of told ? [asked, told] : [asked]) {
    const meta = objectAt(frame, '_meta');
    const name =
      stringAt(meta, 'toolName') ??
      stringAt(objectAt(meta, 'claudeCode'), 'toolName') ??
      stringAt(frame, 'name');
    if (name) return name;
  }
  // Gemini makes its ids of the tool's name, `__` and a number of the model's choice.
  if (profile.commandCwd !== 'title') return undefined;
  const end = asked.toolCallId.indexOf('__');
  return end > 0 ? asked.toolCallId.slice(0, end) : undefined;
}

function reasonOf(call: AskedCall, action: Action): string | undefined {
  const described =
    stringAt(mergedInput(call), 'description') ?? stringAt(mergedInput(call), 'reason');
  if (described !== undefined) return described;
  if (call.profile.titleIsDescription) return stringAt(call.asked, 'title');
  if (action.tool === 'execute' && call.profile.commandCwd === 'title')
    return geminiPlace(call)
      .rest.replace(/^\[background\]\s*/, '')
      .replace(/^\((.*)\)$/s, '$1');
  // An MCP call or an unknown one shows its content as its payload.
  if (action.tool === 'mcp' || action.tool === 'other') return undefined;
  return contentTexts(call.asked).join('\n');
}
