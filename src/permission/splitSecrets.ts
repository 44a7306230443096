import type { SecretContext, SecretRange } from './secretDetector.ts';

/** What parts a word and is no part of it: quotes within it, a line that goes on, in a program two strings that are added. */
const SEAMS: Readonly<Record<SecretContext, RegExp>> = {
  command: /\\\r?\n|(?<=[\w-])["']{1,2}(?=[\w-])|(?<=\w)\\(?=[A-Za-z0-9_-]{8})/g,
  text: /\\\r?\n\s{0,16}|(?<=[\w-])(?:["']{2}|["']\s{0,8}[+.]\s{0,8}["']|["'])(?=[\w-])|(?<=\w)\\(?=[A-Za-z0-9_-]{8})/g,
};

/** Each of the seams has one of these. */
const SEAM_SIGN = /["'\\]/;

/** Finds with `find` in the text as it is once put together: `ghp_abc''def`, `"ghp_abc" + "def"`. */
export function findSplit(
  text: string,
  context: SecretContext,
  find: (text: string) => readonly SecretRange[],
): SecretRange[] {
  if (!SEAM_SIGN.test(text)) return [];
  const seams = [...text.matchAll(SEAMS[context])];
  if (seams.length === 0) return [];
  const kept: { readonly from: number; readonly at: number }[] = [];
  let whole = '';
  let from = 0;
  for (const seam of [...seams, undefined]) {
    kept.push({ from, at: whole.length });
    whole += text.slice(from, seam?.index);
    if (seam) from = seam.index + seam[0].length;
  }
  const place = (index: number) => {
    const part = kept.findLast(({ at }) => at <= index);
    return part ? part.from + index - part.at : index;
  };
  return find(whole).map(({ kind, start, end }) => ({
    kind,
    start: place(start),
    end: place(end - 1) + 1,
  }));
}
