import type { Readable, Writable } from 'node:stream';
import type { AgentEvent } from '../agents/agent.ts';
import type { Broker, Settled } from '../permission/broker.ts';
import type { AgentInfo, PermissionRequest, SessionRef } from '../permission/request.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { answerWords, causeWords, noPlaceWords } from './answerWords.ts';
import { LineReader, type ReadLine } from './lineReader.ts';
import { LineWriter } from './lineWriter.ts';
import { MessageTexts } from './messageTexts.ts';
import { choiceOf, type PermissionResponse, parseResponse } from './relayInput.ts';
import type { ErrorLineCode, RelayLine } from './relayLines.ts';
import { requestLine, resolvedLine } from './requestLine.ts';
import type { RunSurface } from './run.ts';
import { exitCodeOf, type RunEnd } from './runEnd.ts';
import type { RunStop } from './runStop.ts';

export interface RelayOptions {
  readonly broker: Broker;
  readonly rules: Pick<StoredRules, 'scopes' | 'suggestions'>;
  readonly session: SessionRef;
  readonly stop: RunStop;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly rawInput: boolean;
  /** Of what is said beside the protocol. */
  log(line: string): void;
}

const MAX_LINE = 1024 * 1024;
const ONLY_WITH_DENIAL = 'A message goes with a denial only, so the message is not sent.';

/** The uniform relay: requests go out as lines of JSON, answers come in as lines of JSON. See {@link RelayLine}. */
export class Relay implements RunSurface {
  readonly #options: RelayOptions;
  readonly #writer: LineWriter;
  readonly #answers = new Set<Promise<void>>();
  readonly #texts: MessageTexts;
  #inputEnded = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { stdin, stdout, stop, session } = options;
    const gone = (what: string) => stop.request({ kind: 'consumerGone', what });
    this.#writer = new LineWriter(stdout, { onGone: gone });
    this.#texts = new MessageTexts((messageId, text) =>
      this.#write({ type: 'agent_message', sessionId: session.key, messageId, text }),
    );
    const reader = new LineReader(MAX_LINE, (line) => this.#read(line));
    stdin.on('data', (chunk: Buffer) => reader.push(chunk));
    stdin.once('end', () => {
      reader.end();
      void this.#endInput();
    });
    stdin.once('error', () => void this.#endInput());
    stdin.once('close', () => void this.#endInput());
  }

  started(agent: AgentInfo, asksFor: string): void {
    const { key, cwd } = this.#options.session;
    this.#write({
      type: 'session_started',
      sessionId: key,
      agent: { id: agent.id, name: safeText(agent.name), version: safeText(agent.version) },
      cwd: safeText(cwd),
      asksFor,
    });
  }

  event(event: AgentEvent): void {
    switch (event.kind) {
      case 'text':
        this.#texts.push(event.text, event.messageId);
        break;
      case 'toolCall': {
        this.#texts.end();
        const { callId, title, toolKind, status, requestId } = event.call;
        this.#write({
          type: 'tool_call',
          sessionId: this.#options.session.key,
          callId,
          title: title === undefined ? null : safeText(title),
          kind: toolKind ?? null,
          status,
          requestId: requestId ?? null,
        });
        break;
      }
      case 'notice':
        this.#options.log(safeText(event.text));
        break;
      case 'thought':
        break;
    }
  }

  raised(request: PermissionRequest): void {
    const { rules } = this.#options;
    this.#texts.end();
    this.#write(requestLine(request, this.#options.rawInput, rules.scopes));
    void this.#suggest(request);
    if (this.#inputEnded) this.#nobodyAnswers();
  }

  settled(settled: Settled): void {
    this.#write(resolvedLine(settled));
  }

  journalFailed(cause: unknown): void {
    const reason = safeText(causeWords(cause));
    this.#error('journalFailed', `A decision could not be put on record: ${reason}.`);
  }

  ended(end: RunEnd): void {
    this.#texts.end();
    this.#write({
      type: 'session_ended',
      sessionId: this.#options.session.key,
      reason: reasonOf(end),
      code: end.exit?.code ?? null,
      signal: end.exit?.signal ?? null,
      exitCode: exitCodeOf(end),
      message: messageOf(end),
    });
  }

  /** Resolves when all lines are out, or nobody reads them. */
  flushed(): Promise<void> {
    return this.#writer.flushed();
  }

  #read(line: ReadLine): void {
    if ('tooLong' in line) {
      this.#error('lineTooLong', `A line is longer than ${MAX_LINE} bytes. It was ignored.`);
      return;
    }
    const parsed = parseResponse(line.text);
    if (!parsed.ok) {
      this.#error('badLine', `${safeText(parsed.error)}. It was ignored.`);
      return;
    }
    // Not awaited: a request whose decision is on its way to disk must not hold up the others.
    const answer = this.#answer(parsed.value).finally(() => this.#answers.delete(answer));
    this.#answers.add(answer);
  }

  async #answer(response: PermissionResponse): Promise<void> {
    const { broker } = this.#options;
    const { id } = response;
    const argsHash = response.argsHash ?? broker.find(id)?.argsHash ?? '';
    const result = await broker.answer({
      ...choiceOf(response),
      requestId: id,
      argsHash,
      by: { kind: 'person', surface: 'cli' },
    });
    if (!result.ok) this.#error(result.error.kind, answerWords(result.error), id);
    else if (response.message) this.#messageWith(result.value, id);
  }

  /** The answer counts; a sentence that the agent does not get is not lost silently. */
  #messageWith({ decision, request }: Settled, id: string): void {
    if (decision.outcome === 'allow') this.#error('messageNotSent', ONLY_WITH_DENIAL, id);
    else if (request.feedback === 'nextPrompt')
      this.#error('messageNotSent', noPlaceWords(request.agent.name), id);
  }

  /** A line of its own, later: finding patterns takes a moment, and the request must not wait for it. */
  async #suggest(request: PermissionRequest): Promise<void> {
    const { broker, rules } = this.#options;
    const { id } = request;
    const found = await rules.suggestions(request).catch(() => []);
    // Not after the request's end.
    if (found.length === 0 || !broker.pending.some((each) => each.id === id)) return;
    const suggestions = found.map(({ id: match, label }) => ({ match, label }));
    this.#write({ type: 'rule_suggestions', id, suggestions });
  }

  async #endInput(): Promise<void> {
    if (this.#inputEnded) return;
    // The last answers can have come in the same moment as the end.
    while (this.#answers.size > 0) await Promise.all(this.#answers);
    this.#inputEnded = true;
    if (this.#options.broker.pending.length > 0) this.#nobodyAnswers();
  }

  #nobodyAnswers(): void {
    this.#options.stop.request({
      kind: 'consumerGone',
      what: 'Standard input was closed while a request was waiting.',
    });
  }

  #error(code: ErrorLineCode, message: string, id?: string): void {
    this.#write({ type: 'error', code, message, id: id ?? null });
  }

  #write(line: RelayLine): void {
    this.#writer.write(`${JSON.stringify(line)}\n`);
  }
}

function reasonOf(end: RunEnd): string {
  switch (end.outcome) {
    case 'turn':
      return end.turn.reason;
    case 'stopped':
      return end.by.kind;
    case 'exited':
    case 'failed':
      return end.outcome;
  }
}

function messageOf(end: RunEnd): string | null {
  switch (end.outcome) {
    case 'turn':
      return end.turn.message === undefined ? null : safeText(end.turn.message);
    case 'failed':
      return `${end.error.message} ${end.error.next}`;
    case 'stopped':
      return end.by.kind === 'signal' ? `Stopped by ${end.by.signal}.` : end.by.what;
    case 'exited':
      return 'The agent exited before its turn was over.';
  }
}
