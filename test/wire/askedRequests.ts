import { setImmediate as turn } from 'node:timers/promises';
import { isJsonObject, type JsonObject, stringAt } from '../../src/base/json.ts';
import type { PermissionRequest } from '../../src/permission/request.ts';
import { SESSION as ACP_SESSION, MemoryAgent } from './acp/memoryAgent.ts';
import { recording as acpRecording } from './acp/recording.ts';
import { MemoryClaude } from './claude/memoryClaude.ts';
import { recording as claudeRecording } from './claude/recording.ts';
import { MemoryCodex } from './codex/memoryCodex.ts';
import { recording as codexRecording, openedThread } from './codex/recording.ts';
import { MemoryAgent as MemoryLinkAgent } from './linkAssistant/memoryAgent.ts';
import { recording as linkRecording } from './linkAssistant/recording.ts';
import { MemoryOpenCode, PLAN } from './opencode/memoryOpenCode.ts';
import { recording as openCodeRecording } from './opencode/recording.ts';

/** The requests of a recorded session in the order in which they were raised, with texts of its frames replaced by others. */
export type Asked = (
  texts?: Readonly<Record<string, string>>,
) => Promise<readonly PermissionRequest[]>;

function replaced(frame: object, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    JSON.stringify(frame),
  );
}

export function claude(name: string): Asked {
  return async (texts = {}) => {
    const memory = await MemoryClaude.start();
    for (const recorded of claudeRecording(name))
      if (recorded.kind === 'out') memory.says(replaced(recorded.frame, texts));
    return [...memory.pending, ...memory.settled.map(({ request }) => request)];
  };
}

export function codex(name: string): Asked {
  return async (texts = {}) => {
    const frames = codexRecording(name);
    const opened = { ...openedThread(frames), approvalPolicy: 'untrusted' };
    const memory = await MemoryCodex.start({ 'thread/start': opened });
    const requests: PermissionRequest[] = [];
    memory.broker.onDidRaise((request) => requests.push(request));
    for (const { frame, from } of frames)
      if (from === 'codex' && 'method' in frame) memory.says(replaced(frame, texts));
    return requests;
  };
}

export function acp(name: string): Asked {
  return async (texts = {}) => {
    const frames = acpRecording(name);
    const resultWith = (key: string) =>
      frames.map(({ frame }) => frame['result']).find((each) => isJsonObject(each) && key in each);
    const info = resultWith('agentInfo');
    const agentName = stringAt(isJsonObject(info) ? info['agentInfo'] : undefined, 'name') ?? '';
    const created = frames.find(({ frame }) => frame['method'] === 'session/new');
    const cwd = stringAt(created?.frame['params'], 'cwd') ?? ACP_SESSION.cwd;
    const agent = new MemoryAgent();
    const requests: PermissionRequest[] = [];
    agent.broker.onDidRaise((request) => requests.push(request));
    const opened = resultWith('sessionId');
    const session = { ...ACP_SESSION, cwd, workspaceFolder: cwd };
    await agent.openAs(agentName, session, isJsonObject(opened) ? opened : {});
    const sessionId = stringAt(opened, 'sessionId') ?? '';
    for (const { frame, from } of frames)
      if (from === 'agent' && 'method' in frame)
        agent.say(replaced(frame, texts).replaceAll(sessionId, 'S'));
    await turn();
    return requests;
  };
}

export function openCode(name: string): Asked {
  return async (texts = {}) => {
    const lines = openCodeRecording(name);
    const opened = lines.find((line) => line.kind === 'response' && line.path === '/session');
    const body = opened?.kind === 'response' ? opened.body : undefined;
    // Which servers there are tells where the name of one ends.
    const plan = { ...PLAN, mcpServers: ['lab-srv'] };
    const memory = await MemoryOpenCode.start(stringAt(body, 'id'), plan);
    const requests: PermissionRequest[] = [];
    memory.broker.onDidRaise((request) => requests.push(request));
    const events = lines.flatMap((line) => (line.kind === 'event' ? [line.event] : []));
    for (const event of events) tellMessage(memory, JSON.parse(replaced(event, texts)));
    try {
      for (const event of events) await memory.event(JSON.parse(replaced(event, texts)));
      return requests;
    } finally {
      await memory.connection.stop();
    }
  };
}

/** What OpenCode answers when it is asked for a call that runs: its input is told after the request for it. */
function tellMessage(memory: MemoryOpenCode, { properties }: JsonObject): void {
  const part = isJsonObject(properties) ? properties['part'] : undefined;
  const state = isJsonObject(part) ? part['state'] : undefined;
  if (!isJsonObject(part) || stringAt(state, 'status') !== 'running') return;
  const [session = '', message = ''] = ['sessionID', 'messageID'].map((key) => stringAt(part, key));
  memory.answers.set(`/session/${session}/message/${message}`, { parts: [part] });
}

export function linkAssistant(name: string): Asked {
  return async (texts = {}) => {
    const memory = new MemoryLinkAgent();
    const requests: PermissionRequest[] = [];
    memory.broker.onDidRaise((request) => requests.push(request));
    for (const recorded of linkRecording(name).lines) {
      if (recorded.kind !== 'out') continue;
      memory.says(
        isFrame(recorded.line) ? replaced(JSON.parse(recorded.line), texts) : recorded.line,
      );
      await turn();
      if (!recorded.line.includes('"stdin-stream"')) continue;
      await memory.opened();
      void memory.prompts('go');
    }
    return requests;
  };
}

const isFrame = (line: string) => line.startsWith('{');
