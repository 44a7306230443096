import { StringDecoder } from 'node:string_decoder';

export interface LineEditorOptions {
  /** Shows what is typed. */
  echo(text: string): void;
  onLine(line: string): void;
  onInterrupt(): void;
  /** Ctrl-D on an empty line. */
  onEnd(): void;
}

const MAX_LENGTH = 4000;
/** Must not be typed nor echoed: they are not seen as what they are. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/**
 * One line of typing on a terminal in raw mode. Raw, so that keys that were pressed before a request was shown can be
 * told from those pressed after: in the terminal's own line mode both come with Enter.
 */
export class LineEditor {
  readonly #options: LineEditorOptions;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  /** Inside the sequence of an arrow key or the like, which has no meaning here. */
  #escape: 'none' | 'start' | 'csi' | 'ss3' = 'none';

  constructor(options: LineEditorOptions) {
    this.#options = options;
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#line = '';
  }

  /** What the terminal sent. While not `isOpen`, only Ctrl-C counts. */
  push(chunk: Buffer, isOpen: () => boolean): void {
    for (const key of this.#decoder.write(chunk)) {
      if (this.#isEscape(key)) continue;
      if (key === '\x03') this.#options.onInterrupt();
      else if (isOpen()) this.#key(key);
      else this.#line = '';
    }
  }

  #isEscape(key: string): boolean {
    const state = this.#escape;
    if (key === '\x1b') {
      this.#escape = 'start';
    } else if (key === '\x03') {
      // Whatever came before it, Ctrl-C counts.
      this.#escape = 'none';
      return false;
    } else if (state === 'start') {
      this.#escape = key === '[' ? 'csi' : key === 'O' ? 'ss3' : 'none';
    } else if (state === 'ss3' || (state === 'csi' && key >= '@' && key <= '~')) {
      this.#escape = 'none';
    }
    return key === '\x1b' || state !== 'none';
  }

  #key(key: string): void {
    const { echo, onLine, onEnd } = this.#options;
    switch (key) {
      case '\r':
      case '\n': {
        const line = this.#line;
        this.#line = '';
        echo('\n');
        onLine(line);
        break;
      }
      case '\x04':
        if (this.#line === '') onEnd();
        break;
      case '\x7f':
      case '\b':
        this.#erase(1);
        break;
      case '\x15':
        this.#erase([...this.#line].length);
        break;
      default:
        if (INVISIBLE.test(key) || this.#line.length >= MAX_LENGTH) break;
        this.#line += key;
        echo(key);
    }
  }

  #erase(count: number): void {
    const keys = [...this.#line];
    const gone = keys.splice(keys.length - Math.min(count, keys.length));
    this.#line = keys.join('');
    this.#options.echo('\b \b'.repeat(gone.length));
  }
}
