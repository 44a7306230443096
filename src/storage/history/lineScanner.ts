/** Bytes that stand for themselves in a text in JSON. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === 0x22 || byte === 0x5c ? 0 : 1,
);
/** Bytes of an object in JSON without another one in it. */
const FIELDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === 0x7b || byte === 0x7d ? 0 : 1,
);
/** What may follow a backslash, apart from `u`. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const HEX = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9a-fA-F]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const HIGH_BITS = 0x8080_8080 | 0;
const BACKSLASH = 0x5c;
const U = 0x75;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
/** More digits may not be exact. */
const MAX_DIGITS = 15;

/** What a line consists of besides its values, in the order in which the journal writes it. */
const LINE = {
  start: literal('{"seq":'),
  prev: literal(',"prev":"'),
  entry: literal('","entry":{"type":"'),
  raised: literal('raised","requestId":"'),
  settled: literal('settled","requestId":"'),
  agentId: literal('","agentId":"'),
  sessionKey: literal('","sessionKey":"'),
  sessionTitle: literal('","sessionTitle":"'),
  tool: literal('","tool":"'),
  toolName: literal('","toolName":"'),
  argsHash: literal('","argsHash":"'),
  raisedAt: literal('","raisedAt":'),
  target: literal(',"target":"'),
  decision: literal('","decision":"'),
  decidedBy: literal('","decidedBy":{'),
  decidedAt: literal('},"decidedAt":'),
  channel: literal(',"channel":"'),
  latency: literal('","decisionLatencyMs":'),
  feedback: literal(',"feedback":"'),
  quote: literal('"'),
  hash: literal('},"hash":"'),
  end: literal('"}\n'),
} as const;

/** Four bytes at a time, and those that are left. */
interface Literal {
  readonly length: number;
  readonly words: Int32Array;
  readonly rest: Uint8Array;
}

function literal(text: string): Literal {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) =>
    view.getInt32(4 * i, true),
  );
  return { length: bytes.length, words, rest: bytes.subarray(4 * words.length) };
}

/** From a byte up to another one, which is not in it. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Recognises lines that are, byte for byte, what the journal writes about a request without a rule that was made along. It
 * never takes a line for one that a parser of JSON would refuse or read otherwise.
 */
export class LineScanner {
  isRaised = false;
  readonly requestId: Span = { start: 0, end: 0 };
  /** The fields that say which agent, session and tool. */
  readonly who: Span = { start: 0, end: 0 };
  /** The fields that say what was decided and by whom; what is between the braces need not be JSON. */
  readonly answer: Span = { start: 0, end: 0 };
  readonly target: Span = { start: 0, end: 0 };
  /** The target has escapes. */
  isEscaped = false;
  /** When it was decided. */
  at = 0;
  latencyMs = 0;
  /** Where the line ends, behind its newline. */
  end = 0;

  /** Whether there is such a line from `start` on.  */
  scan(view: DataView, start: number): boolean {
    let at = behindNumber(view, behind(view, start, LINE.start));
    at = behind(view, behindText(view, at, LINE.prev), LINE.entry);
    const raised = behind(view, at, LINE.raised);
    this.isRaised = raised >= 0;
    at = this.#request(view, this.isRaised ? raised : behind(view, at, LINE.settled));
    at = this.isRaised ? this.#raised(view, at) : this.#settled(view, at);
    this.end = behind(view, behindText(view, at, LINE.hash), LINE.end);
    return this.end >= 0;
  }

  /** From the id to the hash of the arguments. */
  #request(view: DataView, start: number): number {
    const id = behindPlain(view, start);
    this.requestId.start = start;
    this.requestId.end = id;
    let at = behindText(view, behindText(view, id, LINE.agentId), LINE.sessionKey);
    const titled = behindText(view, at, LINE.sessionTitle);
    if (titled >= 0) at = titled;
    at = behindText(view, behindText(view, at, LINE.tool), LINE.toolName);
    this.who.start = id;
    this.who.end = at;
    return behindText(view, at, LINE.argsHash);
  }

  #raised(view: DataView, start: number): number {
    const at = behindNumber(view, behind(view, start, LINE.raisedAt));
    return this.#target(view, behind(view, at, LINE.target));
  }

  #settled(view: DataView, start: number): number {
    const decided = behind(view, behindText(view, start, LINE.decision), LINE.decidedBy);
    const answered = behindFields(view, decided);
    this.answer.start = start;
    this.answer.end = answered;
    const time = behind(view, answered, LINE.decidedAt);
    const timeEnd = behindNumber(view, time);
    const wait = behind(view, behindText(view, timeEnd, LINE.channel), LINE.latency);
    let at = behindNumber(view, wait);
    if (at < 0) return -1;
    this.at = numberAt(view, time, timeEnd);
    this.latencyMs = numberAt(view, wait, at);
    const feedback = behind(view, at, LINE.feedback);
    if (feedback >= 0) at = behind(view, behindEscaped(view, feedback), LINE.quote);
    const target = behind(view, at, LINE.target);
    if (target >= 0) return this.#target(view, target);
    // Older versions did not write it.
    this.target.start = this.target.end = at;
    return at;
  }

  #target(view: DataView, start: number): number {
    const end = behindEscaped(view, start);
    this.target.start = start;
    this.target.end = end;
    this.isEscaped = end > behindPlain(view, start);
    return behind(view, end, LINE.quote);
  }
}

// Each of these goes on from a place to the one behind what it expects; -1 when it is not there, or comes from -1 already.

function behind(view: DataView, at: number, { length, words, rest }: Literal): number {
  if (at < 0 || at + length > view.byteLength) return -1;
  for (let i = 0; i < words.length; i++)
    if (view.getInt32(at + 4 * i, true) !== words[i]) return -1;
  const left = at + 4 * words.length;
  for (let i = 0; i < rest.length; i++) if (view.getUint8(left + i) !== rest[i]) return -1;
  return at + length;
}

/** A text up to its end, or to what cannot stand in it without an escape. */
function behindPlain(view: DataView, start: number): number {
  if (start < 0) return -1;
  const end = view.byteLength;
  let at = start;
  while (at + 4 <= end && isPlain(view.getInt32(at, true))) at += 4;
  while (at < end && PLAIN[view.getUint8(at)] === 1) at++;
  return at;
}

/** Whether all four bytes of a word are {@link PLAIN}. https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord */
function isPlain(word: number): boolean {
  const quotes = word ^ 0x2222_2222;
  const backslashes = word ^ 0x5c5c_5c5c;
  const control = (word - 0x2020_2020) & ~word;
  const others = ((quotes - 0x0101_0101) & ~quotes) | ((backslashes - 0x0101_0101) & ~backslashes);
  return ((control | others) & HIGH_BITS) === 0;
}

function behindText(view: DataView, at: number, expected: Literal): number {
  return behindPlain(view, behind(view, at, expected));
}

/** A text with escapes. */
function behindEscaped(view: DataView, start: number): number {
  let at = behindPlain(view, start);
  while (at >= 0 && byteAt(view, at) === BACKSLASH)
    at = behindPlain(view, behindEscape(view, at + 1));
  return at;
}

function behindEscape(view: DataView, at: number): number {
  const escaped = byteAt(view, at);
  if (ESCAPED[escaped] === 1) return at + 1;
  if (escaped !== U) return -1;
  for (let i = 1; i < 5; i++) if (HEX[byteAt(view, at + i)] === 0) return -1;
  return at + 5;
}

/** Fields of an object, up to its end or to another object. */
function behindFields(view: DataView, start: number): number {
  if (start < 0) return -1;
  const end = view.byteLength;
  let at = start;
  while (at < end && FIELDS[view.getUint8(at)] === 1) at++;
  return at;
}

/** A whole number as JSON writes it; others are not ours. */
function behindNumber(view: DataView, start: number): number {
  if (start < 0) return -1;
  const first = byteAt(view, start) === MINUS ? start + 1 : start;
  const end = view.byteLength;
  let at = first;
  while (at < end && isDigit(view.getUint8(at))) at++;
  const digits = at - first;
  const isOurs =
    digits === 1 || (digits > 1 && digits <= MAX_DIGITS && byteAt(view, first) !== ZERO);
  return isOurs ? at : -1;
}

function numberAt(view: DataView, start: number, end: number): number {
  const isNegative = byteAt(view, start) === MINUS;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++)
    value = value * 10 + view.getUint8(at) - ZERO;
  return isNegative ? -value : value;
}

/** 0, which is expected nowhere, behind the end. */
function byteAt(view: DataView, at: number): number {
  return at < view.byteLength ? view.getUint8(at) : 0;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
