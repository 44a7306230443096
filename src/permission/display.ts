import type { JsonObject } from '../base/json.ts';
import type { Action } from './action.ts';
import { type DiffPreview, diffPreview } from './diffPreview.ts';
import type { Question, RequestDraft } from './request.ts';
import { type Risk, riskOf } from './risk.ts';
import { hiddenCount, plain, type Spans, secretKinds, toSpans } from './spans.ts';

/** The icon and the heading of a card depend on this. */
export type DisplayKind =
  | 'command'
  | 'edit'
  | 'create'
  | 'delete'
  | 'move'
  | 'read'
  | 'fetch'
  | 'mcp'
  | 'question'
  | 'other';

/** All that a surface, the journal, a channel or the phone may know about a request. Holds no raw input. */
export interface Display {
  readonly kind: DisplayKind;
  /** `Run a command`, `Edit`: the words before {@link subject}. */
  readonly verb: string;
  /** What it is about: a file name, a host, a tool; empty for a command. Shown as code. */
  readonly subject: Spans;
  /** Where: `in packages/auth`, `on MCP server linear`; the words and the place apart. */
  readonly place?: { readonly words: string; readonly name: Spans };
  readonly preview: Preview;
  /** The whole payload in one line of plain text, for lists and notifications; at most 300 characters. */
  readonly oneLine: string;
  /** Whether {@link oneLine} shows everything there is to see. */
  readonly oneLineIsAll: boolean;
  /** The agent's claim. */
  readonly why?: Spans;
  readonly facts: readonly { readonly label: string; readonly text: Spans }[];
  readonly risk?: Risk;
  /** Kinds of the secrets that were taken out, one entry for each. */
  readonly secrets: readonly string[];
  /** How many invisible characters are shown as codes. */
  readonly hidden: number;
  readonly questions?: readonly Question[];
}

export type Preview =
  | { readonly kind: 'command'; readonly text: Spans }
  | DiffPreview
  | {
      readonly kind: 'url';
      readonly before: Spans;
      readonly host: Spans;
      readonly after: Spans;
    }
  | { readonly kind: 'json'; readonly text: Spans }
  | { readonly kind: 'text'; readonly text: Spans }
  | { readonly kind: 'none' };

const ONE_LINE = 300;
/** A payload above this many characters is cut in the card; the whole can be opened. */
const MAX_TEXT = 60_000;

/** Builds what surfaces may show. The only place where raw arguments become visible text. */
export function buildDisplay(draft: RequestDraft): Display {
  const { action, session } = draft;
  const base = draft.questions
    ? questionDisplay(draft.questions)
    : { ...headline(action, session.workspaceFolder), preview: previewOf(action) };
  const visible = allSpans(base.preview);
  const line = draft.questions?.[0]?.text ?? rawLine(action);
  const flat = line.replace(/\s+/g, ' ').trim();
  const oneLine = plain(toSpans(flat));
  const facts = factsOf(action);
  const risk = riskOf(action, session.workspaceFolder);
  const why = draft.why?.trim();
  return {
    ...base,
    oneLine: oneLine.length > ONE_LINE ? `${oneLine.slice(0, ONE_LINE - 1)}…` : oneLine,
    oneLineIsAll: flat === line && oneLine === line && isAllInOneLine(action) && facts.length === 0,
    facts,
    ...(why && { why: toSpans(why) }),
    ...(risk && { risk }),
    secrets: visible.flatMap(secretKinds),
    hidden: visible.reduce((sum, spans) => sum + hiddenCount(spans), 0),
  };
}

type Headline = Pick<Display, 'kind' | 'verb' | 'subject' | 'place'>;

function headline(action: Action, workspaceFolder: string): Headline {
  switch (action.tool) {
    case 'execute':
      return { kind: 'command', verb: 'Run a command', subject: [], ...inPlace(action.cwd) };
    case 'edit': {
      const created = action.change.kind === 'write' && action.change.oldText === undefined;
      const kind = created ? 'create' : 'edit';
      return {
        kind,
        verb: created ? 'Create' : 'Edit',
        ...fileHeadline(action.path, workspaceFolder),
      };
    }
    case 'delete':
      return { kind: 'delete', verb: 'Delete', ...fileHeadline(action.path, workspaceFolder) };
    case 'move':
      return {
        kind: 'move',
        verb: 'Move',
        subject: toSpans(relative(action.from, workspaceFolder)),
        place: { words: 'to', name: toSpans(relative(action.to, workspaceFolder)) },
      };
    case 'read':
      return { kind: 'read', verb: 'Read', ...fileHeadline(action.path, workspaceFolder) };
    case 'fetch':
      return {
        kind: 'fetch',
        verb: 'Fetch from',
        subject: toSpans(urlParts(action.url)?.host ?? action.url),
      };
    case 'mcp':
      return {
        kind: 'mcp',
        verb: 'Call',
        subject: toSpans(action.toolName),
        place: { words: 'on MCP server', name: toSpans(action.server) },
      };
    case 'other':
      return { kind: 'other', verb: 'Use tool', subject: toSpans(action.toolName) };
  }
}

function questionDisplay(
  questions: readonly Question[],
): Headline & Pick<Display, 'preview' | 'questions'> {
  return {
    kind: 'question',
    verb: 'Ask',
    subject: [],
    preview: { kind: 'none' },
    questions: questions.map((question) => ({
      ...question,
      // The id is the key for the answer and stays as it is; it is not shown.
      text: plain(toSpans(question.text)),
      choices: question.choices.map(({ label, description }) => ({
        label: plain(toSpans(label)),
        description: plain(toSpans(description)),
      })),
    })),
  };
}

function inPlace(cwd: string | undefined): { place?: NonNullable<Display['place']> } {
  if (cwd === undefined)
    return { place: { words: 'in', name: ['a folder the agent does not name'] } };
  return cwd === '.' ? {} : { place: { words: 'in', name: toSpans(cwd) } };
}

function fileHeadline(path: string, workspaceFolder: string): Pick<Headline, 'subject' | 'place'> {
  const shown = relative(path, workspaceFolder);
  const slash = shown.lastIndexOf('/');
  const subject = toSpans(shown.slice(slash + 1));
  return slash <= 0
    ? { subject }
    : { subject, place: { words: 'in', name: toSpans(shown.slice(0, slash)) } };
}

function previewOf(action: Action): Preview {
  switch (action.tool) {
    case 'execute':
      return { kind: 'command', text: bounded(action.command) };
    case 'edit':
      return action.change.kind === 'unseen'
        ? { kind: 'text', text: ['The agent does not say what it changes.'] }
        : diffPreview(action.path, action.change);
    case 'delete':
    case 'read':
      return { kind: 'text', text: toSpans(action.path) };
    case 'move':
      return { kind: 'text', text: toSpans(`${action.from}\n${action.to}`) };
    case 'fetch':
      return urlPreview(action.url, action.method ?? 'GET');
    case 'mcp':
      return { kind: 'json', text: bounded(pretty(action.arguments)) };
    case 'other':
      return { kind: 'json', text: bounded(pretty(action.input)) };
  }
}

function urlPreview(url: string, method: string): Preview {
  const parts = urlParts(url);
  if (!parts) return { kind: 'text', text: toSpans(`${method} ${url}`) };
  return {
    kind: 'url',
    before: toSpans(`${method} ${parts.before}`),
    host: toSpans(parts.host),
    after: toSpans(parts.after),
  };
}

/** Splits as written; a URL that the platform reads differently than it looks is not split at all. */
function urlParts(url: string): { before: string; host: string; after: string } | undefined {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@\\\s]+)([/?#][^\s]*)?$/i.exec(url);
  if (!match || !URL.canParse(url)) return undefined;
  const [, before = '', host = '', after = ''] = match;
  const real = new URL(url).host;
  return { before, host: real === host ? host : `${host} (${real})`, after };
}

function factsOf(action: Action): Display['facts'] {
  const facts: { label: string; text: Spans }[] = [];
  if (action.widened)
    facts.push({ label: 'Reaches further', text: toSpans(flatJson(action.widened)) });
  if (action.unclassified)
    facts.push({ label: 'Also sent', text: toSpans(flatJson(action.unclassified)) });
  return facts;
}

function rawLine(action: Action): string {
  switch (action.tool) {
    case 'execute':
      return action.command;
    case 'edit':
    case 'delete':
    case 'read':
      return action.path;
    case 'move':
      return `${action.from} → ${action.to}`;
    case 'fetch':
      return action.url;
    case 'mcp':
      return `${action.server} ${action.toolName} ${flatJson(action.arguments)}`;
    case 'other':
      return `${action.toolName} ${flatJson(action.input)}`;
  }
}

/** Only these fit in a notification: the others have a payload beside the line. */
function isAllInOneLine(action: Action): boolean {
  return action.tool === 'execute' || action.tool === 'fetch' || action.tool === 'read';
}

function allSpans(preview: Preview): Spans[] {
  switch (preview.kind) {
    case 'diff':
      return [preview.path, ...preview.rows.map((row) => row.text)];
    case 'url':
      return [preview.before, preview.host, preview.after];
    case 'command':
    case 'json':
    case 'text':
      return [preview.text];
    case 'none':
      return [];
  }
}

function bounded(text: string): Spans {
  if (text.length <= MAX_TEXT) return toSpans(text);
  const half = MAX_TEXT / 2;
  return [
    ...toSpans(text.slice(0, half)),
    `\n… ${text.length - MAX_TEXT} characters are not shown here. Open the whole request to see them …\n`,
    ...toSpans(text.slice(-half)),
  ];
}

function pretty(value: JsonObject): string {
  return JSON.stringify(value, undefined, 2);
}

function flatJson(value: JsonObject): string {
  return JSON.stringify(value).slice(0, 2 * ONE_LINE);
}

function relative(path: string, folder: string): string {
  const file = path.replaceAll('\\', '/');
  const root = folder.replaceAll('\\', '/').replace(/\/+$/, '');
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
}
