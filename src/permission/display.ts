import type { JsonObject } from '../base/json.ts';
import type { Action } from './action.ts';
import { headAndTail, oneLine, oneLineOf, shortened } from './cut.ts';
import { type DiffPreview, diffPreview } from './diffPreview.ts';
import { compact, jsonLine, jsonSpans } from './jsonPreview.ts';
import { elicitationHeadline, shownQuestion } from './questionDisplay.ts';
import type { Elicitation, Question, RequestDraft } from './request.ts';
import { type Risk, riskOf } from './risk.ts';
import type { SecretContext } from './secretDetector.ts';
import { hiddenCount, type Spans, secretKinds } from './spans.ts';

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
/** Names of files, tools, servers, hosts. */
const MAX_NAME = 300;
/** The agent's claim, and what a question says. */
const MAX_PROSE = 4000;

/** Builds what surfaces may show. The only place where raw arguments become visible text. */
export function buildDisplay(draft: RequestDraft): Display {
  const { action, session, questions, elicitation } = draft;
  const base =
    questions || elicitation
      ? questionDisplay(questions, elicitation)
      : {
          ...headline(action, session.workspaceFolder),
          preview: previewOf(action, MAX_TEXT, session.workspaceFolder),
        };
  const raw = rawLine(draft);
  const line = lineOf(base.preview, raw);
  const facts = elicitation?.url === undefined ? factsOf(action) : [ONLY_TOLD];
  const risk = riskOf(action, session.workspaceFolder);
  const why = draft.why?.trim();
  const visible = [...allSpans(base.preview), ...facts.map(({ text }) => text)];
  return {
    ...base,
    oneLine: line,
    oneLineIsAll: line === raw && !questions && isAllInOneLine(action) && facts.length === 0,
    facts,
    ...(why && { why: shortened(why, MAX_PROSE) }),
    ...(risk && { risk }),
    secrets: secretsIn(visible),
    hidden: visible.reduce((sum, spans) => sum + hiddenCount(spans), 0),
  };
}

/** The payload without the limits of a card, for a person who asks for all of it; redacted and escaped like the card. */
export function wholePreview(action: Action, workspaceFolder: string): Preview {
  return previewOf(action, Number.POSITIVE_INFINITY, workspaceFolder);
}

/** Equal to `raw` only when every character of it is shown as it is. */
function lineOf(preview: Preview, raw: string): string {
  if (preview.kind === 'command')
    return raw.length <= 2 * ONE_LINE
      ? oneLineOf(preview.text, ONE_LINE)
      : oneLine(raw, ONE_LINE, 'command');
  // What the structure tells of its secrets is lost in a line of text, so JSON's line is made of the preview.
  if (preview.kind === 'json') return oneLineOf(jsonLine(raw, preview.text, ONE_LINE), ONE_LINE);
  return oneLine(raw, ONE_LINE);
}

/** One entry for each secret: a key of many lines is one. */
function secretsIn(lines: readonly Spans[]): string[] {
  const kinds: string[] = [];
  let open: string | undefined;
  for (const spans of lines) {
    const found = secretKinds(spans);
    const continues = spans.length === 1 && found.length === 1 && found[0] === open;
    if (!continues) kinds.push(...found);
    const last = spans.at(-1);
    open = typeof last === 'object' && 'secret' in last ? last.secret : undefined;
  }
  return kinds;
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
        subject: name(relative(action.from, workspaceFolder)),
        place: { words: 'to', name: name(relative(action.to, workspaceFolder)) },
      };
    case 'read':
      return { kind: 'read', verb: 'Read', ...fileHeadline(action.path, workspaceFolder) };
    case 'fetch':
      return {
        kind: 'fetch',
        verb: 'Fetch from',
        subject: name(urlParts(action.url)?.host ?? action.url),
      };
    case 'mcp':
      return {
        kind: 'mcp',
        verb: 'Call',
        subject: name(action.toolName),
        place: { words: 'on MCP server', name: name(action.server) },
      };
    case 'other':
      return { kind: 'other', verb: 'Use tool', subject: name(action.toolName) };
  }
}

/** Cut in the middle, so that neither the beginning nor the end of a path or a host can be pushed out of sight. */
function name(raw: string): Spans {
  return headAndTail(raw, MAX_NAME, 'text', (missing) => `… ${missing} characters …`);
}

/** A question has a title, and no payload but the page that it wants opened. */
function questionDisplay(
  questions: readonly Question[] | undefined,
  elicitation: Elicitation | undefined,
): Headline & Pick<Display, 'preview' | 'questions'> {
  const url = elicitation?.url;
  return {
    kind: 'question',
    ...(elicitation ? elicitationHeadline(elicitation, questions) : { verb: 'Ask', subject: [] }),
    preview:
      url === undefined
        ? { kind: 'none' }
        : urlPreview(url, '', (text) => headAndTail(text, MAX_TEXT)),
    ...(questions && { questions: questions.map(shownQuestion) }),
  };
}

const ONLY_TOLD = { label: 'Sends', text: ['Only that you agree to open it. Nothing is opened.'] };

function inPlace(cwd: string | undefined): { place?: NonNullable<Display['place']> } {
  if (cwd === undefined)
    return { place: { words: 'in', name: ['a folder the agent does not name'] } };
  return cwd === '.' ? {} : { place: { words: 'in', name: name(cwd) } };
}

function fileHeadline(path: string, workspaceFolder: string): Pick<Headline, 'subject' | 'place'> {
  const shown = relative(path, workspaceFolder);
  const slash = shown.lastIndexOf('/');
  const subject = name(shown.slice(slash + 1));
  return slash <= 0
    ? { subject }
    : { subject, place: { words: 'in', name: name(shown.slice(0, slash)) } };
}

function previewOf(action: Action, max: number, workspaceFolder: string): Preview {
  const cut = (text: string, context?: SecretContext) => headAndTail(text, max, context);
  switch (action.tool) {
    case 'execute':
      return { kind: 'command', text: cut(action.command, 'command') };
    case 'edit':
      return action.change.kind === 'unseen'
        ? { kind: 'text', text: ['The agent does not say what it changes.'] }
        : diffPreview(relative(action.path, workspaceFolder), action.change, max);
    case 'delete':
    case 'read':
      return { kind: 'text', text: cut(action.path) };
    case 'move':
      return { kind: 'text', text: [...cut(action.from), '\n', ...cut(action.to)] };
    case 'fetch':
      return urlPreview(action.url, `${action.method ?? 'GET'} `, cut);
    case 'mcp':
      return { kind: 'json', text: jsonSpans(action.arguments, max) };
    case 'other':
      return { kind: 'json', text: jsonSpans(action.input, max) };
  }
}

function urlPreview(url: string, before: string, cut: (text: string) => Spans): Preview {
  const parts = urlParts(url);
  if (!parts) return { kind: 'text', text: cut(`${before}${url}`) };
  return {
    kind: 'url',
    before: cut(`${before}${parts.before}`),
    host: cut(parts.host),
    after: cut(parts.after),
  };
}

/** Names that every parser reads as they are written: no punycode, no number at the end. */
const PLAIN_HOST = /^(?!.*xn--)(?:[a-z0-9-]+\.)+[a-z]{2,63}$/;

interface UrlParts {
  readonly before: string;
  readonly host: string;
  readonly after: string;
  /** The platform reads the host as it is written. */
  readonly isAsWritten: boolean;
}

/** Each card asks more than once, for heading, payload and line. */
let lastUrl: { readonly url: string; readonly parts: UrlParts | undefined } | undefined;

function urlParts(url: string): UrlParts | undefined {
  if (lastUrl?.url !== url) lastUrl = { url, parts: splitUrl(url) };
  return lastUrl.parts;
}

/** Splits as written; a URL that the platform reads differently than it looks is not split at all. */
function splitUrl(url: string): UrlParts | undefined {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@\\\s]+)([/?#][^\s]*)?$/i.exec(url);
  if (!match) return undefined;
  const [, before = '', host = '', after = ''] = match;
  if (/^https?:/.test(before) && PLAIN_HOST.test(host))
    return { before, host, after, isAsWritten: true };
  const real = hostOf(url);
  if (real === undefined) return undefined;
  const isAsWritten = real === host;
  return { before, host: isAsWritten ? host : `${host} (${real})`, after, isAsWritten };
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host;
  } catch {
    // `URL.canParse` is no guard: some versions of Node accept there what they refuse here.
    return undefined;
  }
}

function factsOf(action: Action): Display['facts'] {
  const facts: { label: string; text: Spans }[] = [];
  const add = (label: string, value: JsonObject) =>
    facts.push({ label, text: compact(jsonSpans(value, MAX_PROSE)) });
  if (action.widened) add('Reaches further', action.widened);
  if (action.unclassified) add('Also sent', action.unclassified);
  if (action.incomplete)
    facts.push({ label: 'Not shown', text: ['The agent does not show all that this call does.'] });
  return facts;
}

function rawLine(draft: RequestDraft): string {
  const { action, session, questions, elicitation, why } = draft;
  if (elicitation) return elicitation.url ?? why?.trim() ?? elicitation.server;
  return questions ? (questions[0]?.text ?? '') : actionLine(action, session.workspaceFolder);
}

function actionLine(action: Action, workspaceFolder: string): string {
  switch (action.tool) {
    case 'execute':
      return action.command;
    case 'edit':
    case 'delete':
    case 'read':
      return relative(action.path, workspaceFolder);
    case 'move':
      return `${relative(action.from, workspaceFolder)} → ${relative(action.to, workspaceFolder)}`;
    case 'fetch':
      return action.url;
    case 'mcp':
      return `${action.server} ${action.toolName}`;
    case 'other':
      return action.toolName;
  }
}

/** Only these fit in a notification: the others have a payload beside the line. */
function isAllInOneLine(action: Action): boolean {
  switch (action.tool) {
    case 'execute':
    case 'read':
      return true;
    case 'fetch':
      // A host that the platform reads as another one, and a method that sends, need the card.
      return (action.method ?? 'GET') === 'GET' && urlParts(action.url)?.isAsWritten === true;
    default:
      return false;
  }
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

/** As people name it: from the workspace folder where it is inside, else in full. */
function relative(path: string, folder: string): string {
  const file = path.replaceAll('\\', '/');
  const root = folder.replaceAll('\\', '/').replace(/\/+$/, '');
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
}
