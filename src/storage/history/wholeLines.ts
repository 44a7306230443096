import type { FileHandle } from 'node:fs/promises';

const NEWLINE = 0x0a;
/** What is read at once. */
const CHUNK = 1024 * 1024;
/** There is room for so much of a line in front of what is read. */
const ROOM = 64 * 1024;
/** No entry is longer. */
const MAX_LINE = 4 * 1024 * 1024;

/**
 * The whole lines of a file from `start` on, many at once; they are there until the next are asked for. Returns how many bytes
 * are left behind the last of them. While lines are looked at, the next are read, in turn into the same two places: new
 * memory for all of them would take longer than reading.
 */
export async function* wholeLines(file: FileHandle, start: number): AsyncGenerator<Buffer, number> {
  const read = (place: Buffer, position: number) =>
    file.read({ buffer: place, offset: ROOM, length: CHUNK, position });
  let [place, next] = [Buffer.alloc(ROOM + CHUNK), Buffer.alloc(ROOM + CHUNK)];
  let rest: Buffer = Buffer.alloc(0);
  let at = start;
  let reading = read(place, at);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0 || rest.length > MAX_LINE) return rest.length;
      at += bytesRead;
      const bytes = behind(rest, place, bytesRead);
      reading = read(next, at);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield bytes.subarray(0, end);
      rest = bytes.subarray(end);
      [place, next] = [next, place];
    }
  } finally {
    // Nobody may want it any more, but it has to end before the file is closed.
    await reading.catch(() => {});
  }
}

/** What was read into a place, and in front of it what was left of the one before. */
function behind(rest: Buffer, place: Buffer, bytesRead: number): Buffer {
  const read = place.subarray(ROOM, ROOM + bytesRead);
  if (rest.length > ROOM) return Buffer.concat([rest, read]);
  rest.copy(place, ROOM - rest.length);
  return place.subarray(ROOM - rest.length, ROOM + bytesRead);
}
