import type { Readable, Writable } from 'node:stream';
import type { AgentEvent } from '../agents/agent.ts';
import type { Clock } from '../base/clock.ts';
import type { Broker, Settled } from '../permission/broker.ts';
import type { ProposedAnswer } from '../permission/decision.ts';
import type { AgentInfo, PermissionRequest } from '../permission/request.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { outcomeLine } from '../protocol/words.ts';
import { answerWords, causeWords, outcomeWords } from './answerWords.ts';
import { cardText } from './cardText.ts';
import { Dialog, type DialogStep } from './dialog.ts';
import { LineEditor } from './lineEditor.ts';
import { LineWriter } from './lineWriter.ts';
import { MessageTexts } from './messageTexts.ts';
import type { RunSurface } from './run.ts';
import type { RunEnd } from './runEnd.ts';
import type { RunStop } from './runStop.ts';
import type { Style } from './style.ts';

/** Standard input of a terminal; without `setRawMode` in tests. */
export interface TerminalInput extends Readable {
  setRawMode?(on: boolean): unknown;
}

export interface TerminalOptions {
  readonly broker: Broker;
  readonly rules: Pick<StoredRules, 'scopes' | 'suggestions'>;
  readonly stop: RunStop;
  readonly stdin: TerminalInput;
  readonly stdout: Writable;
  readonly clock: Clock;
  readonly style: Style;
}

/** What is typed so soon was meant for something else. */
const INERT_MS = 500;
/** A rule that was made just now may answer what is next; then it is not worth a card. */
const RULE_MS = 150;

interface Shown {
  readonly request: PermissionRequest;
  dialog: Dialog;
  readonly since: number;
  /** An answer was given and is on its way to disk. */
  isAnswered: boolean;
}

/** Shows a run on a terminal and asks, one request at a time; what the agent says meanwhile comes afterwards. */
export class Terminal implements RunSurface {
  readonly #options: TerminalOptions;
  readonly #writer: LineWriter;
  readonly #editor: LineEditor;
  readonly #texts = new MessageTexts((_, text) => this.#print(text));
  /** Of calls that are not over; `undefined` once they are, since agents say it more than once. */
  readonly #toolTitles = new Map<string, string | undefined>();
  #queue: PermissionRequest[] = [];
  #shown: Shown | undefined;
  #deferred: string[] = [];
  #isLineStart = true;

  constructor(options: TerminalOptions) {
    this.#options = options;
    const { stdin, stdout, stop } = options;
    const gone = (what: string) => stop.request({ kind: 'consumerGone', what });
    this.#writer = new LineWriter(stdout, { onGone: gone });
    this.#editor = new LineEditor({
      echo: (text) => this.#writer.write(text),
      onLine: (line) => this.#typed(line),
      onInterrupt: () => stop.request({ kind: 'signal', signal: 'SIGINT' }),
      onEnd: () => gone('The terminal was closed.'),
    });
    stdin.setRawMode?.(true);
    stdin.on('data', (chunk: Buffer) => this.#editor.push(chunk, () => this.#isOpen()));
    for (const event of ['end', 'error', 'close'])
      stdin.once(event, () => gone('The terminal was closed.'));
  }

  started(agent: AgentInfo, asksFor: string): void {
    const version = agent.version ? ` ${safeText(agent.version)}` : '';
    this.#printLine(
      this.#options.style.dim(`${safeText(agent.name)}${version} asks for ${asksFor}.`),
    );
  }

  event(event: AgentEvent): void {
    switch (event.kind) {
      case 'text':
        this.#texts.push(event.text, event.messageId);
        break;
      case 'toolCall':
        this.#toolCall(event.call.callId, event.call.title, event.call.status);
        break;
      case 'notice':
        this.#texts.end();
        this.#printLine(safeText(event.text));
        break;
      case 'thought':
        break;
    }
  }

  raised(request: PermissionRequest): void {
    this.#texts.end();
    this.#queue.push(request);
    this.#showNext();
  }

  settled(settled: Settled): void {
    const { request } = settled;
    const isShown = this.#shown?.request.id === request.id;
    const outcome = this.#outcome(settled);
    this.#queue = this.#queue.filter(({ id }) => id !== request.id);
    if (!isShown) {
      this.#printLine(`${outcome} (${request.display.oneLine})`);
      return;
    }
    this.#shown = undefined;
    this.#printLine(outcome);
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const text of deferred) this.#print(text);
    const { decision } = settled;
    if (decision.rule || decision.by.kind === 'rule') setTimeout(() => this.#showNext(), RULE_MS);
    else this.#showNext();
  }

  journalFailed(cause: unknown): void {
    this.#printLine(
      this.#options.style.warning(
        `! The record cannot be written (${safeText(causeWords(cause))}). Until it can, nothing is allowed.`,
      ),
    );
  }

  ended(end: RunEnd): void {
    this.#texts.end();
    const words = endWords(end);
    if (words) this.#printLine(words);
    this.#options.stdin.setRawMode?.(false);
  }

  flushed(): Promise<void> {
    return this.#writer.flushed();
  }

  #showNext(): void {
    const [request] = this.#queue;
    if (this.#shown || !request) return;
    const { style, clock } = this.#options;
    const dialog = this.#dialogOf(request);
    this.#printLine('');
    this.#print(`${cardText(request, style)}${waitingWords(this.#queue.length - 1)}`);
    this.#writer.write(dialog.prompt());
    this.#editor.clear();
    this.#shown = { request, dialog, since: clock.now(), isAnswered: false };
  }

  #dialogOf(request: PermissionRequest): Dialog {
    const { rules, style } = this.#options;
    const dialog = new Dialog(request, style, rules.scopes);
    rules.suggestions(request).then(
      (suggestions) => dialog.offer(suggestions),
      // Then only the exact call is offered.
      () => undefined,
    );
    return dialog;
  }

  /** Whether what is typed now is meant for the card that is shown. */
  #isOpen(): boolean {
    const shown = this.#shown;
    if (!shown || shown.isAnswered) return false;
    return this.#options.clock.now() - shown.since >= INERT_MS;
  }

  #typed(line: string): void {
    const shown = this.#shown;
    if (!shown) return;
    const step = shown.dialog.typed(line);
    if (step.kind === 'answer') void this.#answer(shown, step);
    else this.#writer.write(`${step.text}${shown.dialog.prompt()}`);
  }

  async #answer(shown: Shown, step: Extract<DialogStep, { kind: 'answer' }>): Promise<void> {
    const { id: requestId, argsHash } = shown.request;
    const by = { kind: 'person', surface: 'cli' } as const;
    const answer: ProposedAnswer = { ...step.answer, requestId, argsHash, by };
    shown.isAnswered = true;
    const result = await this.#options.broker.answer(answer);
    if (result.ok || this.#shown !== shown) return;
    shown.isAnswered = false;
    shown.dialog = this.#dialogOf(shown.request);
    this.#writer.write(`${answerWords(result.error)}\n${shown.dialog.prompt()}`);
  }

  #toolCall(callId: string, title: string | undefined, status: string): void {
    const known = this.#toolTitles.get(callId);
    if (known === undefined && this.#toolTitles.has(callId)) return;
    const current = title ?? known ?? 'Tool call';
    const isOver = status === 'completed' || status === 'failed';
    this.#toolTitles.set(callId, isOver ? undefined : current);
    if (!isOver) return;
    this.#texts.end();
    const words = safeText(current).replace(/\s+/g, ' ');
    const mark = status === 'completed' ? '✓' : '✗';
    this.#printLine(this.#options.style.dim(`${mark} ${words.slice(0, 200)}`));
  }

  #outcome(settled: Settled): string {
    const mark = outcomeLine(settled).tone === 'ok' ? '✓' : '✗';
    return `${mark} ${outcomeWords(settled)}`;
  }

  #printLine(text: string): void {
    this.#print(`${this.#isLineStart ? '' : '\n'}${text}\n`);
  }

  #print(text: string): void {
    if (text === '') return;
    if (this.#shown) {
      this.#deferred.push(text);
      return;
    }
    this.#isLineStart = text.endsWith('\n');
    this.#writer.write(text);
  }
}

function waitingWords(others: number): string {
  if (others <= 0) return '';
  return others === 1
    ? '  1 more request is waiting.\n'
    : `  ${others} more requests are waiting.\n`;
}

function endWords(end: RunEnd): string | undefined {
  switch (end.outcome) {
    case 'turn':
      return end.turn.message === undefined ? undefined : safeText(end.turn.message);
    case 'exited':
      return 'The agent exited before its turn was over.';
    case 'failed':
      return [`${end.error.message} ${end.error.next}`, end.error.detail]
        .filter(Boolean)
        .join('\n');
    case 'stopped':
      return end.by.kind === 'signal' ? `Stopped by ${end.by.signal}.` : end.by.what;
  }
}
