import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { Place } from './actions.ts';
import { type Asked, asked, type Told, unreadable } from './ask.ts';
import { formOf } from './forms.ts';
import { elicitationAnswer, elicitationOptions } from './options.ts';

const DECLINED = elicitationAnswer('decline');

/**
 * `mcpServer/elicitation/request` is two things: Codex's own question whether a tool may run, and a question of the MCP
 * server to the person. Only `_meta.codex_approval_kind`, which Codex writes, tells them apart.
 */
export function elicitationAsk(params: JsonObject, _place: Place, told: Told): Asked {
  const server = stringAt(params, 'serverName');
  if (!server) return unreadable('a question of an MCP server without its name');
  const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
  const kind = meta['codex_approval_kind'];
  if (kind === 'mcp_tool_call') return toolAsk(server, meta, told);
  if (kind !== undefined && kind !== null)
    return declined(`Codex asked in a way that Countersign does not know (${String(kind)})`);
  return questionAsk(server, params);
}

function toolAsk(server: string, meta: JsonObject, told: Told): Asked {
  const toolName = stringAt(meta, 'tool_name');
  if (!toolName) return unreadable('an approval of an MCP tool without its name');
  const args = meta['tool_params'];
  const persist = Array.isArray(meta['persist']) ? meta['persist'] : [meta['persist']];
  const callId = told.mcpCall(server, toolName, args);
  return asked({
    source: 'agent_tool',
    toolName: `${server}: ${toolName}`,
    ...(callId !== undefined && { callId }),
    // Arguments that Codex does not show are not "no arguments".
    action: {
      tool: 'mcp',
      server,
      toolName,
      ...(isJsonObject(args) ? { arguments: args } : { arguments: {}, incomplete: true }),
    },
    options: elicitationOptions(persist.filter((scope) => typeof scope === 'string')),
    result: (decision) => (isJsonObject(decision) ? decision : DECLINED),
    refusal: DECLINED,
  });
}

function questionAsk(server: string, params: JsonObject): Asked {
  const mode = stringAt(params, 'mode') ?? 'form';
  const message = stringAt(params, 'message') ?? '';
  const url = stringAt(params, 'url');
  if (mode === 'url' && url !== undefined) return urlAsk(server, message, url);
  const form = formOf(params['requestedSchema']);
  if (mode !== 'form' || !form)
    return declined(
      `The MCP server "${server}" asked in a way that Countersign does not know (${mode}): ${message}`,
    );
  const { content, questions } = form;
  const input = { message, requestedSchema: params['requestedSchema'] ?? {} };
  return asked({
    source: 'mcp_elicitation',
    toolName: `${server}: elicitation`,
    action: { tool: 'other', toolName: `${server}: elicitation`, input },
    elicitation: { server },
    options: elicitationOptions([]),
    ...(message && { why: message }),
    // A form without fields only wants a yes.
    ...(questions.length > 0 && {
      questions,
      answered: (answers: Readonly<Record<string, string>>) => {
        const filled = content(answers);
        return filled && elicitationAnswer('accept', filled);
      },
    }),
    result: (decision) =>
      isJsonObject(decision) && decision['action'] === 'accept'
        ? elicitationAnswer('accept', {})
        : isJsonObject(decision)
          ? decision
          : DECLINED,
    refusal: DECLINED,
  });
}

/**
 * The server wants a page to be opened, such as a sign-in. Nothing is opened by an answer: the card shows the whole
 * address, and "accept" only tells the server that the person goes there.
 */
function urlAsk(server: string, message: string, url: string): Asked {
  if (!/^https?:\/\//i.test(url))
    return declined(
      `The MCP server "${server}" asked to open an address that is not a page of the web: ${url}`,
    );
  return asked({
    source: 'mcp_elicitation',
    toolName: `${server}: open a page`,
    action: { tool: 'other', toolName: `${server}: open a page`, input: { url, message } },
    elicitation: { server, url },
    options: elicitationOptions([]),
    ...(message && { why: message }),
    result: (decision) => (isJsonObject(decision) ? decision : DECLINED),
    refusal: DECLINED,
  });
}

function declined(what: string): Asked {
  return { kind: 'refused', result: DECLINED, notice: `${what}. It was declined.` };
}
