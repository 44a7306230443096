/** Texts outside of their memory: all of them in UTF-8, one behind the other, and where each of them ends. */
export interface SavedTexts {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * Texts, each once, numbered from 0 on. They are found by their bytes in UTF-8, wherever these are: most lines of a record
 * repeat what was there before, and making a string of each would take longer than everything else.
 */
export class ByteTexts {
  #own = new DataView(new ArrayBuffer(16_384));
  #ends = new Uint32Array(1024);
  #hashes = new Int32Array(1024);
  #count = 0;
  /** A number plus 1 in the place that its hash names, or in the next free one; 0 is free. */
  #table = new Int32Array(4096);
  /** So that nobody can choose texts that all want the same place. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32) | 0;

  constructor(saved?: SavedTexts) {
    if (!saved) return;
    const view = viewOf(saved.bytes);
    let start = 0;
    for (const end of saved.ends) {
      this.numberOf(view, start, end);
      start = end;
    }
  }

  get count(): number {
    return this.#count;
  }

  save(): SavedTexts {
    const bytes = new Uint8Array(this.#own.buffer, 0, this.#endOf(this.#count - 1));
    return { bytes, ends: this.#ends.slice(0, this.#count) };
  }

  /** The number of the text that is there, a new one when it was not known. */
  numberOf(view: DataView, start: number, end: number): number {
    const hash = this.#hashOf(view, start, end);
    const place = this.#placeOf(hash, view, start, end);
    const known = this.#table[place] ?? 0;
    return known > 0 ? known - 1 : this.#add(hash, place, view, start, end);
  }

  numberOfText(text: string): number {
    const bytes = Buffer.from(text);
    return this.numberOf(viewOf(bytes), 0, bytes.length);
  }

  /** -1 when it is not known. */
  find(view: DataView, start: number, end: number): number {
    const place = this.#placeOf(this.#hashOf(view, start, end), view, start, end);
    return (this.#table[place] ?? 0) - 1;
  }

  text(number: number): string {
    const start = this.#endOf(number - 1);
    return Buffer.from(this.#own.buffer, start, this.#endOf(number) - start).toString('utf8');
  }

  #add(hash: number, place: number, view: DataView, start: number, end: number): number {
    const number = this.#count++;
    const from = this.#endOf(number - 1);
    const to = from + end - start;
    if (to > this.#own.byteLength) this.#own = longer(this.#own, to);
    for (let i = 0; from + i < to; i++) this.#own.setUint8(from + i, view.getUint8(start + i));
    if (number === this.#ends.length) this.#widen();
    this.#ends[number] = to;
    this.#hashes[number] = hash;
    this.#table[place] = number + 1;
    if (this.#count * 2 > this.#table.length) this.#widenTable();
    return number;
  }

  #widen(): void {
    const [ends, hashes] = [this.#ends, this.#hashes];
    this.#ends = new Uint32Array(2 * ends.length);
    this.#ends.set(ends);
    this.#hashes = new Int32Array(2 * hashes.length);
    this.#hashes.set(hashes);
  }

  #widenTable(): void {
    const table = new Int32Array(4 * this.#table.length);
    const mask = table.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let place = (this.#hashes[number] ?? 0) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = number + 1;
    }
    this.#table = table;
  }

  /** Where the text is in the table, or where it would be. */
  #placeOf(hash: number, view: DataView, start: number, end: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const number = (table[place] ?? 0) - 1;
      if (number < 0) return place;
      if (this.#hashes[number] === hash && this.#isSame(number, view, start, end)) return place;
    }
  }

  #isSame(number: number, view: DataView, start: number, end: number): boolean {
    const own = this.#own;
    const length = end - start;
    const from = this.#endOf(number - 1);
    if (this.#endOf(number) - from !== length) return false;
    let i = 0;
    for (; i + 4 <= length; i += 4)
      if (own.getInt32(from + i, true) !== view.getInt32(start + i, true)) return false;
    for (; i < length; i++) if (own.getUint8(from + i) !== view.getUint8(start + i)) return false;
    return true;
  }

  #endOf(number: number): number {
    return number < 0 ? 0 : (this.#ends[number] ?? 0);
  }

  #hashOf(view: DataView, start: number, end: number): number {
    let hash = this.#seed ^ (end - start);
    let at = start;
    for (; at + 4 <= end; at += 4) hash = mixed(hash ^ view.getInt32(at, true));
    for (; at < end; at++) hash = mixed(hash ^ view.getUint8(at));
    return mixed(hash);
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function longer(view: DataView, length: number): DataView<ArrayBuffer> {
  const bytes = new Uint8Array(2 * length);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return new DataView(bytes.buffer);
}

/** Each bit of the result depends on all of the lower and some of the higher ones. */
function mixed(hash: number): number {
  const product = Math.imul(hash, 0x2c1b_3c6d);
  return product ^ (product >>> 15);
}
