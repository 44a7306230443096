import { ProseStream } from './proseStream.ts';

/** Cuts the agent's streamed text into messages: `show` gets safe pieces, with the id of the message they belong to. */
export class MessageTexts {
  readonly #show: (messageId: string, text: string) => void;
  #current:
    | { readonly native: string | undefined; readonly id: string; readonly stream: ProseStream }
    | undefined;
  #count = 0;

  constructor(show: (messageId: string, text: string) => void) {
    this.#show = show;
  }

  push(text: string, native: string | undefined): void {
    if (this.#current && this.#current.native !== native && native !== undefined) this.end();
    this.#current ??= { native, id: String(++this.#count), stream: new ProseStream() };
    const { id, stream } = this.#current;
    this.#emit(id, stream.push(text));
  }

  /** The message is complete: something else comes now. */
  end(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current) this.#emit(current.id, current.stream.end());
  }

  #emit(id: string, text: string): void {
    if (text !== '') this.#show(id, text);
  }
}
