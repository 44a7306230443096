/**
 * Tells one piece of news after the other: when a listener causes more news, the others hear the first piece before
 * they hear the second.
 */
export class News {
  readonly #queue: (() => void)[] = [];
  #telling = false;

  tell(news: () => void): void {
    this.#queue.push(news);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next();
    } finally {
      this.#telling = false;
    }
  }
}
