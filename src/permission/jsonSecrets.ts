import { isJsonObject, type Json, type JsonObject, stringAt } from '../base/json.ts';
import { isNamedSecret } from './assignedSecrets.ts';
import type { SecretRange } from './secretDetector.ts';
import { findSecrets, withoutOverlaps } from './secrets.ts';
import { looksRandom } from './secretValues.ts';

/** JSON as people read it, with where its secrets lie. */
export interface PrintedJson {
  /** As `JSON.stringify(value, undefined, 2)` writes it. */
  readonly text: string;
  readonly secrets: readonly SecretRange[];
}

/**
 * Prints JSON and finds its secrets string by string, each as it is before it is escaped, with what the structure around
 * it tells: its key, a `name` beside a `value`, the words of a command line before it.
 */
export function printJson(value: Json): PrintedJson {
  const printer = new Printer();
  printer.print(value, ALONE, '\n');
  const { text, secrets } = printer;
  return { text, secrets };
}

/** What is known of a string from the structure around it. */
export interface JsonPlace {
  readonly key?: string;
  /** The key of the array or object that it is in, where that may hold secrets: `{"passwords": […]}`. */
  readonly within?: string;
  /** The program whose arguments an array may be. */
  readonly program?: string;
  /** Secrets that are known from what stands beside it. */
  readonly secrets: readonly SecretRange[];
}

const ALONE: JsonPlace = { secrets: [] };

/** The secrets in one string of a JSON value. */
export function secretsInString(
  raw: string,
  { key, within, secrets }: JsonPlace,
): readonly SecretRange[] {
  if (key !== undefined && isNamedSecret(key, raw)) return [whole(raw)];
  if (within !== undefined && isSecretWithin(within, key, raw)) return [whole(raw)];
  const found = /^(?:proxy-)?authorization$|cookie$/i.test(key ?? '')
    ? inHeader(`${key}: `, raw)
    : findSecrets(raw);
  if (secrets.length === 0) return found;
  return withoutOverlaps([...found, ...secrets]);
}

/** The value of a header is read behind its name. */
function inHeader(name: string, value: string): readonly SecretRange[] {
  return findSecrets(name + value)
    .filter(({ end }) => end > name.length)
    .map((range) => ({
      ...range,
      start: Math.max(range.start - name.length, 0),
      end: range.end - name.length,
    }));
}

/** The members of an array or object, each with what is known of it. */
export function membersOf(
  value: readonly Json[] | JsonObject,
  { key: within, program = '' }: JsonPlace = ALONE,
): readonly (readonly [string, Json, JsonPlace])[] {
  const inside = within === undefined ? {} : { within };
  if (!isJsonObject(value)) {
    const places = isUserAndPassword(within, value)
      ? [ALONE, { key: 'password', secrets: [] }]
      : inCommandLine(value, program);
    return value.map((member, i) => ['', member, { ...inside, ...(places[i] ?? ALONE) }] as const);
  }
  const name = nameBeside(value);
  const runs = stringAt(value, 'command') ?? stringAt(value, 'program');
  const isKey = stringAt(value, 'kty') !== undefined;
  return Object.entries(value).map(([key, member]) => {
    const place = {
      ...inside,
      key: nameOf(key, name, isKey),
      secrets: [],
      ...(runs && { program: runs }),
    };
    return [key, member, place] as const;
  });
}

/** `{"auth": ["me", "…"]}` */
function isUserAndPassword(key: string | undefined, items: readonly Json[]): boolean {
  return /^(?:basic_?)?auth$/i.test(key ?? '') && items.length === 2;
}

/** What a member is called: its key, or what stands beside it. */
function nameOf(key: string, name: string | undefined, isKey: boolean): string {
  if (isKey && /^(?:d|p|q|dp|dq|qi|k)$/.test(key)) return 'private_key';
  return name !== undefined && VALUE.test(key) ? name : key;
}

const NAMES =
  /^(?:name|key|variable|header|env|id|field|param|parameter|parameter_?key|setting|property)$/i;
const VALUE = /^(?:default_?|parameter_?)?(?:value|val)$|^(?:text|input)$/i;
/** What a page or a form calls a place where a person types. */
const LABELS = /^(?:selector|element|label|field|placeholder|name)$/;
const ASKS =
  /passw|passcode|passphrase|secret|\botp\b|one-time|api[ _-]?key|access[ _-]token|\bpin\b/i;

/** `{"name": "DB_PASSWORD", "value": "…"}`, `{"element": "Password field", "text": "…"}` */
function nameBeside(object: JsonObject): string | undefined {
  if (!Object.keys(object).some((key) => VALUE.test(key))) return undefined;
  const beside = Object.entries(object).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= 200,
  );
  if (!beside.some(([key]) => VALUE.test(key))) return undefined;
  const name = beside.find(([key, text]) => NAMES.test(key) && isNamedSecret(text, SAMPLE));
  if (name) return name[1];
  return beside.some(([key, text]) => LABELS.test(key) && ASKS.test(text)) ? 'password' : undefined;
}

/** A value of which only the name can tell that it is none. */
const SAMPLE = 'a1B2c3D4e5F6g7H8';

/** What is said of secrets beside them. */
const DESCRIBES =
  /user|login|name|mail|host|ur[il]|type|region|arn|path|file|port|date|time|_at$|version|scope|(?:^|_|[a-z](?=I))id$|kind|hash/i;

function isSecretWithin(within: string, key: string | undefined, raw: string): boolean {
  if (key !== undefined && DESCRIBES.test(key)) return false;
  if (!isNamedSecret(within, raw)) return false;
  return (
    looksRandom(raw) || /codes?$/i.test(within) || (key !== undefined && isKept(within, key, raw))
  );
}

/** What is said of a place for secrets. */
const SAYS_HOW =
  /provider|backend|engine|manager|store|mode|source|driver|format|encoding|algorithm|strategy|policy|rotat|prefix|space|environment|description|title|comment/i;

/** `{"secrets": {"stripe": "…"}}`: what is kept under a name, and not the name of what is kept elsewhere. */
function isKept(within: string, key: string, raw: string): boolean {
  if (SAYS_HOW.test(key)) return false;
  return (
    /passwords$/i.test(within) ||
    (/secrets$/i.test(within) && /^(?![A-Z]+$)[A-Za-z]{4,64}$/.test(raw))
  );
}

const MAX_WORDS = 500;

/** `["--password", "…"]`, `["-u", "me:…"]`: found as if the words stood in a command line. */
function inCommandLine(items: readonly Json[], program: string): readonly JsonPlace[] {
  const isWords = items.every((item) => typeof item === 'string');
  if (!isWords || items.length + program.length < 2 || items.length > MAX_WORDS) return [];
  const isHeader = (name: string | undefined, value: string) =>
    name !== undefined &&
    (name.includes('-') || items.length === 2) &&
    value.length >= 8 &&
    looksRandom(value) &&
    isNamedSecret(name, value);
  const found = findSecrets([program, ...items].join(' '));
  let start = program.length + 1;
  return items.map((item, i) => {
    const from = start;
    const to = from + item.length;
    start = to + 1;
    if (isHeader(items[i - 1], item)) return { secrets: [whole(item)] };
    const secrets = found
      .filter((range) => range.start < to && range.end > from)
      .map((range) => ({
        kind: range.kind,
        start: Math.max(range.start, from) - from,
        end: Math.min(range.end, to) - from,
      }));
    return { secrets };
  });
}

function whole(raw: string): SecretRange {
  return { kind: 'secret value', start: 0, end: raw.length };
}

class Printer {
  text = '';
  readonly secrets: SecretRange[] = [];

  print(value: Json, place: JsonPlace, newline: string): void {
    if (typeof value === 'string') this.#string(value, place);
    else if (typeof value === 'object' && value !== null) this.#container(value, place, newline);
    else this.#scalar(value, place);
  }

  /** `"pin": 4711` */
  #scalar(value: number | boolean | null, { key }: JsonPlace): void {
    const text = JSON.stringify(value);
    if (typeof value === 'number' && key !== undefined && isNamedSecret(key, text)) {
      const start = this.text.length;
      this.secrets.push({ kind: 'secret value', start, end: start + text.length });
    }
    this.text += text;
  }

  #container(value: readonly Json[] | JsonObject, at: JsonPlace, newline: string): void {
    const isObject = isJsonObject(value);
    const [open, close] = isObject ? '{}' : '[]';
    const inner = `${newline}  `;
    let before = `${open}${inner}`;
    for (const [key, member, place] of membersOf(value, at)) {
      if (member === undefined) continue;
      this.text += before;
      before = `,${inner}`;
      if (isObject) {
        this.#string(key, ALONE);
        this.text += ': ';
      }
      this.print(member, place, inner);
    }
    this.text += before.startsWith(',') ? `${newline}${close}` : `${open}${close}`;
  }

  #string(raw: string, place: JsonPlace): void {
    let index = 0;
    let at = this.text.length + 1;
    const advance = (to: number) => {
      at += JSON.stringify(raw.slice(index, to)).length - 2;
      index = to;
      return at;
    };
    for (const { kind, start, end } of secretsInString(raw, place))
      this.secrets.push({ kind, start: advance(start), end: advance(end) });
    this.text += JSON.stringify(raw);
  }
}
