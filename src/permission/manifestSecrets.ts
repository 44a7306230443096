import type { SecretRange } from './secretDetector.ts';
import { isReference } from './secretValues.ts';

const SECRET = /(?:^|\n)[+ -]?kind:[ \t]{1,4}["']?Secret["']?[ \t]*(?=\r?\n|$)/;
const BLOCK = /(?:^|\n)(?<sign>[+ -]?)(?:data|stringData):[ \t]*\r?\n/g;
const ENTRY =
  /(?<indent>[+-]?[ \t]{1,12})["']?[\w.-]{1,253}["']?:[ \t]{1,8}(?<quote>["']?)(?<value>[^\s"'#][^\n"'#]{0,100000})?\k<quote>[ \t]*(?:#[^\n]*)?(?:\r?\n|$)|[+ -]?[ \t]{2,40}[^\n]*(?:\n|$)/y;

/** The values of a Kubernetes secret: all of them are secret, whatever their names. */
export function findManifestSecrets(text: string): SecretRange[] {
  const found: SecretRange[] = [];
  if (!SECRET.test(text)) return found;
  for (const block of text.matchAll(BLOCK)) {
    ENTRY.lastIndex = block.index + block[0].length;
    for (let entry = ENTRY.exec(text); entry; entry = ENTRY.exec(text)) {
      const value = entry.groups?.['value']?.trimEnd() ?? '';
      if (value.length < 2 || /^[|>]/.test(value) || isReference(value) || isPublic(value))
        continue;
      const start = entry.index + entry[0].lastIndexOf(value);
      found.push({ kind: 'secret value', start, end: start + value.length });
    }
  }
  return found;
}

/** A certificate, in base64. */
function isPublic(value: string): boolean {
  return /^LS0tLS1CRUdJTi(?:BDRVJU|BQVUJM)/.test(value);
}
