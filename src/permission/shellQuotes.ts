/** What stands between two quotes that a shell reads as quotes. */
export interface Quoted {
  readonly start: number;
  /** The index of the closing quote. */
  readonly end: number;
  readonly quote: '"' | "'";
}

/**
 * Where quoting is more than quotes and backslashes: expansions, here-documents, comments, other shells' escapes. Nothing
 * is concluded from quotes there.
 */
const INTRICATE = /[`]|\$[({'"]|<<|(?:^|\s)#|%\w+%|\\(?=['"])/;

/** A program in the command may run what its arguments say. */
const RUNS_TEXT =
  /(?:^|[\s;|&(/])(?:eval|ssh|su|xargs|watch|parallel|trap|source|exec|find|(?:ba|z|k|da|a|tc|fi)?sh|cmd(?:\.exe)?|p(?:ower)?wsh|powershell(?:\.exe)?|python[\d.]*|node|perl|ruby|php|osascript|expect|awk|docker|podman|kubectl|nsenter|chroot|sudo -s|env -S)(?![\w-])/i;

/** Programs whose arguments are data for another machine. */
const SENDS_TEXT =
  /^\s{0,8}(?:[A-Z_]{1,40}=\w{0,80}\s{1,4}){0,4}(?:curl|wget|https?|xh|grpcurl|websocat|aws|gh|glab|gcloud|az)(?![\w-])/;

/** The command runs what a variable holds. */
const RUNS_VARIABLE = /(?:^|[\s;|&(])eval(?!\w)|(?:^|[;|&(\n])\s{0,10}["']?\$/;

/** What is known of the quotes in a shell command, without running it. */
export class ShellQuotes {
  readonly runsText: boolean;
  readonly sendsText: boolean;
  readonly runsVariable: boolean;
  readonly #quoted: readonly Quoted[];
  readonly #isPlain: boolean;

  constructor(command: string) {
    const quoted = INTRICATE.test(command) ? undefined : quotedParts(command);
    this.#isPlain = quoted !== undefined;
    this.#quoted = quoted ?? [];
    this.runsText = RUNS_TEXT.test(command);
    this.sendsText = !this.runsText && SENDS_TEXT.test(command);
    this.runsVariable = RUNS_VARIABLE.test(command);
  }

  /** Whether quotes mean what they look like. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  /** The quotes around an index; an index right after the opening quote is inside. */
  around(index: number): Quoted | undefined {
    let low = 0;
    let high = this.#quoted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#quoted[middle]?.end ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    const part = this.#quoted[low];
    return part && part.start <= index ? part : undefined;
  }

  /** Where the word ends that an unquoted index belongs to. */
  wordEnd(text: string, index: number): number {
    let at = index;
    while (at < text.length) {
      const char = text.charAt(at);
      if (/[\s;|&<>(){}`]/.test(char)) return at;
      if (char === '\\') at += 2;
      else if (char === '"' || char === "'") {
        const part = this.around(at + 1);
        if (!part || part.start !== at + 1) return at;
        at = part.end + 1;
      } else at++;
    }
    return Math.min(at, text.length);
  }
}

/** `undefined` where quotes are not closed: what they hold is not known then. */
function quotedParts(text: string): Quoted[] | undefined {
  const parts: Quoted[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === "'" || char === '"') {
      const end = closing(text, at + 1, char);
      if (end < 0) return undefined;
      parts.push({ start: at + 1, end, quote: char });
      at = end;
    }
  }
  return parts;
}

function closing(text: string, from: number, quote: '"' | "'"): number {
  if (quote === "'") return text.indexOf("'", from);
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === quote) return at;
  }
  return -1;
}
