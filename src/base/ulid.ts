const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_CHARS = 16;

/** Makes one ULID after another: 26 characters, sortable by time, increasing within one millisecond. */
export type IdSource = () => string;

/** ULID source, see https://github.com/ulid/spec. `now` is in milliseconds since the epoch. */
export function ulidSource(now: () => number): IdSource {
  let lastTime = -1;
  let timeChars = '';
  const random = new Uint8Array(RANDOM_CHARS);
  return () => {
    const time = now();
    if (time > lastTime) {
      lastTime = time;
      timeChars = encodeTime(time);
      crypto.getRandomValues(random);
      for (let i = 0; i < RANDOM_CHARS; i++) random[i] = (random[i] ?? 0) & 31;
    } else {
      increment(random);
    }
    let id = timeChars;
    for (const digit of random) id += ALPHABET[digit];
    return id;
  };
}

function encodeTime(time: number): string {
  let rest = Math.floor(time);
  let chars = '';
  for (let i = 0; i < 10; i++) {
    chars = ALPHABET[rest % 32] + chars;
    rest = Math.floor(rest / 32);
  }
  return chars;
}

/** Adds one to the base-32 number; 80 random bits never overflow in practice, and wrap harmlessly if they do. */
function increment(digits: Uint8Array): void {
  for (let i = digits.length - 1; i >= 0; i--) {
    const next = (digits[i] ?? 0) + 1;
    digits[i] = next & 31;
    if (next < 32) return;
  }
}
