import { randomBytes, toBase64 } from '../../src/protocol/phone/bytes.ts';

/** `here`: it is looked at from now on; `too`: so is the one that answers; `away`: it is looked at no longer. */
const NEWS = /^(here|too|away) ([A-Za-z0-9_-]{12})$/;

/** Which other pages of this browser are looked at at the same time. */
export class OtherPages {
  readonly #channel = new BroadcastChannel('countersign.attention');
  readonly #id = toBase64(randomBytes(9));
  readonly #looked = new Set<string>();

  /** `onLooked`: another page is looked at. */
  constructor(onLooked: () => void) {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const [, news, page] = NEWS.exec(String(data)) ?? [];
      if (page === undefined) return;
      if (news === 'away') {
        this.#looked.delete(page);
        return;
      }
      this.#looked.add(page);
      if (news === 'here' && isLookedAt()) this.#tell('too');
      onLooked();
    });
    document.addEventListener('visibilitychange', () => this.#tell(isLookedAt() ? 'here' : 'away'));
    window.addEventListener('pagehide', () => this.#tell('away'));
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.#tell('here'));
    if (isLookedAt()) this.#tell('here');
  }

  /** A page that was ended by force counts until this one is opened anew. */
  get areLookedAt(): boolean {
    return this.#looked.size > 0;
  }

  #tell(news: 'here' | 'too' | 'away'): void {
    this.#channel.postMessage(`${news} ${this.#id}`);
  }
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible';
}
