import { isNamedSecret } from './assignedSecrets.ts';
import { eachMatch } from './eachMatch.ts';
import type { SecretRange } from './secretDetector.ts';
import { isReference } from './secretValues.ts';

/** What of a row is read: more columns and rows than a person looks through. */
const MAX_VALUES = 2000;
const INSERT =
  /insert\s{1,8}(?:\w{1,16}\s{1,8}){0,2}into\s{1,8}[\w."`[\]]{1,200}\s{0,8}\((?<columns>[\w\s,"`[\].]{1,2000})\)\s{0,8}(?:overriding\s\w{1,8}\s\w{1,8}\s{1,8})?values\s{0,8}/gi;
const VALUE =
  /[\s,(]{0,40}(?:(?<quote>['"])(?<text>(?:[^'"\\\n]|\\[^\n]|''){0,500})\k<quote>|(?<bare>[^\s,()'"]{1,200}(?:\([^()]{0,200}\))?))\s{0,20}(?<end>\)?)/y;
/** `SET value = '…' WHERE name = 'smtp_password'` */
const UPDATE =
  /\b(?:\w{1,30}_)?val(?:ue)?["`\]]?\s{0,8}=\s{0,8}(?<quote>['"])(?<value>[^'"\\\n]{1,500})\k<quote>(?=[^;'"]{0,200}where\s[^;'"]{0,200}=\s{0,8}['"](?<name>[\w.-]{1,100})['"])/gi;

/**
 * The secrets of `INSERT INTO users (email, password) VALUES ('…', '…')`, known by the columns that they stand in, and of
 * tables that have a row for each name.
 */
export function findRowSecrets(text: string): SecretRange[] {
  const found: SecretRange[] = [];
  for (const match of text.matchAll(INSERT)) {
    const columns = (match.groups?.['columns'] ?? '')
      .split(',')
      .map((column) => column.replace(/["`[\]\s]/g, ''));
    addRows(text, match.index + match[0].length, columns, found);
  }
  addUpdates(text, found);
  return found;
}

function addUpdates(text: string, found: SecretRange[]): void {
  for (const { index, 0: whole, groups } of eachMatch(text, UPDATE)) {
    const { value = '', name = '' } = groups ?? {};
    if (isReference(value) || !isNamedSecret(name, value)) continue;
    const end = index + whole.length - 1;
    found.push({ kind: 'secret value', start: end - value.length, end });
  }
}

function addRows(text: string, from: number, columns: readonly string[], found: SecretRange[]) {
  VALUE.lastIndex = from;
  for (let i = 0, column = 0; i < MAX_VALUES; i++) {
    const start = VALUE.lastIndex;
    const match = VALUE.exec(text);
    if (!match) return;
    const { quote, text: value = '', end } = match.groups ?? {};
    const name = columns[column];
    if (quote && name && !isReference(value) && isNamedSecret(name, value)) {
      const at = start + match[0].indexOf(quote) + 1;
      found.push({ kind: 'secret value', start: at, end: at + value.length });
    }
    column = end ? 0 : column + 1;
    if (end && !/^\s{0,8},\s{0,8}\(/.test(text.slice(VALUE.lastIndex, VALUE.lastIndex + 20)))
      return;
  }
}
