import { isJsonObject } from '../base/json.ts';
import { parseSettings, settingsText } from './settingsFile.ts';

/**
 * How many entries of an agent's own settings allow calls, by file: at least so many, since hooks, modes and much else can
 * as well. A file in which none was found, or that cannot be read, is left out: nothing is said of it. Never rejects.
 */
export async function allowedEntries(
  id: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const lists = Object.hasOwn(LISTS, id) ? (LISTS[id] ?? []) : [];
  const json = lists.length > 0 ? files.filter((file) => file.endsWith('.json')) : [];
  const counts = await Promise.all(
    json.map(async (file) => [file, await countIn(file, lists).catch(() => 0)] as const),
  );
  return new Map(counts.filter(([, count]) => count > 0));
}

/** Where the lists are of what is not asked for, as measured in test/agents/strict.test.ts. */
type List = readonly [table: string, key: string];
const CLAUDE: readonly List[] = [['permissions', 'allow']];
const LISTS: Readonly<Record<string, readonly List[]>> = {
  claude: CLAUDE,
  'claude-acp': CLAUDE,
  gemini: [['tools', 'allowed']],
  qwen: [
    ['permissions', 'allow'],
    ['tools', 'allowed'],
  ],
};

async function countIn(file: string, lists: readonly List[]): Promise<number> {
  const text = await settingsText(file);
  const root = text === undefined ? undefined : await parseSettings(text, false);
  return lists.reduce((sum, [table, key]) => {
    const values = root?.[table];
    const list = isJsonObject(values) ? values[key] : undefined;
    return sum + (Array.isArray(list) ? list.length : 0);
  }, 0);
}
