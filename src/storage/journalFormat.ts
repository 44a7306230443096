import { hash } from 'node:crypto';

/**
 * The audit record on disk: one file for each process, named `journal-<ULID>.ndjson`, one line for each entry:
 *
 *     {"seq":1,"prev":"<64 hex>","entry":{…},"hash":"<64 hex>"}
 *
 * `hash` is the SHA-256, in lower-case hex, of the UTF-8 bytes of its line from the first `{` up to and without
 * `,"hash":`. `prev` is the hash of the line before; of the first line it is the SHA-256 of
 * `countersign journal 1 <file name>`, so that no line fits into another file. `seq` counts from 1. Every line ends with
 * a newline. So a changed, added, moved or removed line shows, except when the end of a file was cut off at a line or
 * someone wrote everything after the change anew: the chain has no key.
 */
const VERSION = 'countersign journal 1';

const NAME = /^journal-[0-9A-HJKMNP-TV-Z]{26}\.ndjson$/;

/** `,"hash":"` + 64 + `"}` */
const TAIL_LENGTH = 9 + 64 + 2;
const TAIL = /^,"hash":"([0-9a-f]{64})"\}$/;

/** The file name for a ULID; names sort by the time of their start. */
export function journalFileName(id: string): string {
  return `journal-${id}.ndjson`;
}

export function isJournalFileName(name: string): boolean {
  return NAME.test(name);
}

/** Where a chain stands: the number and the hash of its last line. */
export interface ChainPosition {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first line. `fileName` without its folder. */
export function chainStart(fileName: string): ChainPosition {
  return { seq: 0, hash: sha256(Buffer.from(`${VERSION} ${fileName}`)) };
}

/** The next line, with its newline, and the position after it. `entry` is JSON text without a newline. */
export function nextLine(
  at: ChainPosition,
  entry: string,
): { readonly line: Buffer; readonly position: ChainPosition } {
  const seq = at.seq + 1;
  const body = `${lineHead({ seq, hash: at.hash })}${entry}`;
  const digest = sha256(Buffer.from(body));
  return { line: Buffer.from(`${body},"hash":"${digest}"}\n`), position: { seq, hash: digest } };
}

export type CheckedLine =
  | { readonly ok: true; readonly entry: string; readonly position: ChainPosition }
  | { readonly ok: false; readonly reason: string };

/** Checks one line, without its newline, against the position before it. */
export function checkLine(at: ChainPosition, line: Buffer): CheckedLine {
  const body = line.subarray(0, -TAIL_LENGTH);
  const stated = TAIL.exec(line.subarray(-TAIL_LENGTH).toString('latin1'))?.[1];
  if (stated === undefined || body.length === 0) return broken('it is not a line of a journal');
  if (sha256(body) !== stated) return broken('its hash does not fit its content');
  const seq = at.seq + 1;
  const text = body.toString('utf8');
  const head = lineHead({ seq, hash: at.hash });
  if (text.startsWith(head)) {
    return { ok: true, entry: text.slice(head.length), position: { seq, hash: stated } };
  }
  return broken(
    text.startsWith(`{"seq":${seq},`)
      ? 'it does not follow the line before it'
      : `it is not number ${seq}: a line is missing, was added or was moved`,
  );
}

/** The position that a line says it follows, whether or not that is true. */
export function statedPosition(line: Buffer): ChainPosition {
  const stated = /^\{"seq":(\d{1,15}),"prev":"([0-9a-f]{64})",/.exec(
    line.toString('latin1', 0, 110),
  );
  return { seq: Number(stated?.[1] ?? 0) - 1, hash: stated?.[2] ?? '' };
}

/** The text of the entry in a line that need not be whole or true; `undefined` when it has none. */
export function entryText(line: Buffer): string | undefined {
  return /^\{"seq":\d+,"prev":"[^"]*","entry":(.*),"hash":"[^"]*"\}$/s.exec(
    line.toString('utf8'),
  )?.[1];
}

function lineHead({ seq, hash: prev }: ChainPosition): string {
  return `{"seq":${seq},"prev":"${prev}","entry":`;
}

function broken(reason: string): CheckedLine {
  return { ok: false, reason };
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
