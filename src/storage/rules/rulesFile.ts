import { watch } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, toDisposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import { isJsonObject, parseJson, stringAt } from '../../base/json.ts';
import type { Rule } from '../../permission/rule.ts';
import type { KeptRules, RuleProblem, RuleStore } from '../../permission/ruleStore.ts';
import { safeText } from '../../permission/spans.ts';
import { withFileLock } from './fileLock.ts';
import { replaceFile } from './replaceFile.ts';
import { parseRule } from './ruleRecord.ts';

/** Changes that come in one go are read once. Milliseconds. */
const SETTLE = 50;

interface Content {
  /** Every record as it stands, the ones that are no rules as well: they are a person's, and not ours to drop. */
  readonly records: readonly unknown[];
  /** `undefined` when there is no file. */
  readonly text: string | undefined;
}

/**
 * Rules in one JSON file, `{"rules":[…]}`. Several processes may use it at once: each change is made under a lock on
 * what the file holds by then, and the others hear of it.
 *
 * Not a memento of VS Code: that keeps all values of an extension as one, which the last window to write replaces with
 * what it knew; so a rule that is revoked in one window could come back with a write in another.
 */
export class RulesFile implements RuleStore, Disposable {
  readonly #file: string;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #watcher: Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  /**
   * What whoever listens knows of: what was last loaded, or written on top of it. `undefined` when that could not be read:
   * then whatever is found is news.
   */
  #known: Pick<Content, 'text'> | undefined = { text: undefined };
  /** What is on its way to disk: no news, whether it is there already or not. */
  #writing: string | undefined;
  #isDisposed = false;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<KeptRules> {
    // What is not there cannot be watched. Where it cannot be made, rules are still confirmed on disk.
    await this.#makeFolder().catch(() => undefined);
    this.#watch();
    this.#known = undefined;
    const content = await this.#read();
    this.#known = content;
    return this.#rulesOf(content);
  }

  #rulesOf({ records }: Content): KeptRules {
    const rules: Rule[] = [];
    const problems: RuleProblem[] = [];
    const ids = new Set<string>();
    for (const [index, record] of records.entries()) {
      const parsed = parseRule(record);
      const id = stringAt(record, 'id');
      if (parsed.ok && !ids.has(parsed.value.id)) {
        ids.add(parsed.value.id);
        rules.push(parsed.value);
        continue;
      }
      const reason = parsed.ok ? 'Another rule has the same id.' : parsed.error;
      const name = id === undefined ? '' : ` (${id.slice(0, 40)})`;
      problems.push({
        where: safeText(`Rule ${index + 1}${name} in ${this.#file}`),
        reason: safeText(reason),
      });
    }
    return { rules, problems };
  }

  async put(rule: Rule): Promise<void> {
    await this.#change((records) => [...records.filter((each) => idOf(each) !== rule.id), rule]);
  }

  async delete(ruleId: string): Promise<void> {
    await this.#change((records) => records.filter((each) => idOf(each) !== ruleId));
  }

  async confirms(rules: readonly Rule[]): Promise<boolean> {
    const known = this.#known;
    const content = await this.#read();
    // Whatever tells of changes can be late, or not work on this disk; and one of them can be a rule that denies.
    if (content.text !== known?.text && !this.#isKnown(content.text)) {
      this.#look();
      return false;
    }
    const kept = new Map(this.#rulesOf(content).rules.map((rule) => [rule.id, rule]));
    return rules.every((rule) => isDeepStrictEqual(kept.get(rule.id), rule));
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#watcher?.dispose();
    this.#changed.dispose();
  }

  async #change(change: (records: readonly unknown[]) => readonly unknown[]): Promise<void> {
    await this.#makeFolder();
    await withFileLock(`${this.#file}.lock`, async () => {
      const before = await this.#read();
      const changed = change(before.records);
      if (before.text === undefined && changed.length === 0) return;
      const text = `${JSON.stringify({ rules: changed }, undefined, 2)}\n`;
      // On top of somebody else's change that is not loaded yet, ours is not all that is new.
      if (this.#isKnown(before.text)) await this.#writeKnown(text);
      else await replaceFile(this.#file, text).finally(() => this.#look());
    });
    this.#watch();
  }

  async #writeKnown(text: string): Promise<void> {
    this.#writing = text;
    try {
      await replaceFile(this.#file, text);
      this.#known = { text };
    } finally {
      this.#writing = undefined;
    }
  }

  #isKnown(text: string | undefined): boolean {
    const isWriting = text !== undefined && text === this.#writing;
    return isWriting || (this.#known !== undefined && this.#known.text === text);
  }

  async #makeFolder(): Promise<void> {
    await fs.mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
  }

  /** Rejects when there is a file that is not a list of rules: nothing is guessed, and nothing written over it. */
  async #read(): Promise<Content> {
    const text = await fs.readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return { records: [], text };
    const value = parseJson(text);
    const records = isJsonObject(value) ? value['rules'] : undefined;
    if (!Array.isArray(records))
      throw new Error(`${this.#file} is not a file of rules: it has no list "rules"`);
    return { records, text };
  }

  /** Of the folder: the file itself is replaced with each change. */
  #watch(): void {
    if (this.#watcher || this.#isDisposed) return;
    const name = path.basename(this.#file);
    try {
      const watcher = watch(path.dirname(this.#file), { persistent: false }, (_, changed) => {
        if (changed === null || changed === name) this.#look();
      });
      watcher.on('error', () => this.#unwatch());
      this.#watcher = toDisposable(() => watcher.close());
    } catch {
      // No folder yet, or nothing watches it: rules are still confirmed on disk before they answer.
    }
  }

  #unwatch(): void {
    this.#watcher?.dispose();
    this.#watcher = undefined;
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tellIfChanged(), SETTLE);
    this.#timer.unref();
  }

  async #tellIfChanged(): Promise<void> {
    const text = await fs.readFile(this.#file, 'utf8').catch(() => undefined);
    if (!this.#isKnown(text) && !this.#isDisposed) this.#changed.fire();
  }
}

function idOf(record: unknown): string | undefined {
  return stringAt(record, 'id');
}
