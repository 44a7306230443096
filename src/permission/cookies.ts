import type { SecretRange } from './secretDetector.ts';
import { isReference } from './secretValues.ts';

/** Where cookies begin: a header in any quoting, `curl -b`, `document.cookie =`. */
const START =
  /cookie\\{0,6}["'`]?\s{0,4}[:=,]\s{0,4}\\{0,6}["'`]?(?=[\w.%-]{1,64}=)|(?<=curl(?:\s[^;&|\n]{0,200})?\s)(?:-b|--cookie)[ =]{0,4}["']?(?=[\w.%-]{1,64}=)/gi;
const PAIR = /(?<name>[\w.%-]{1,64})=(?<value>[^\s"'`\\;&|<>(){}]{1,4096})?(?:;\s{0,4})?/y;
const FLAG = /(?:secure|httponly|partitioned)(?:;\s{0,4})?/iy;
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version)$/i;
/** What a site remembers of a person's taste. */
const PREFERENCE =
  /^[\w.-]{0,32}(?:theme|lang|language|locale|consent|mode|currency|country|timezone|view|tab|sidebar)$/i;

/** The values of cookies; their attributes (`Path`, `Max-Age`, …) stay readable. */
export function findCookies(text: string): SecretRange[] {
  const found: SecretRange[] = [];
  START.lastIndex = 0;
  for (let start = START.exec(text); start; start = START.exec(text)) {
    const end = addPairs(text, START.lastIndex, found);
    START.lastIndex = Math.max(START.lastIndex, end);
  }
  return found;
}

function addPairs(text: string, from: number, found: SecretRange[]): number {
  let at = from;
  for (;;) {
    FLAG.lastIndex = at;
    PAIR.lastIndex = at;
    if (FLAG.test(text)) at = FLAG.lastIndex;
    else {
      const pair = PAIR.exec(text);
      if (!pair) return at;
      const { name = '', value = '' } = pair.groups ?? {};
      const start = at + name.length + 1;
      at = PAIR.lastIndex;
      if (ATTRIBUTE.test(name) || value.length < 4 || isReference(value)) continue;
      if (PREFERENCE.test(name) && /^[A-Za-z_-]{1,16}$/.test(value)) continue;
      found.push({ kind: 'credentials', start, end: start + value.length });
    }
  }
}
