import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Disposable } from '../../base/disposable.ts';
import { parseJson } from '../../base/json.ts';
import type { Timers } from '../../base/timers.ts';
import type { Rule } from '../../permission/rule.ts';
import type { RuleUse, RuleUses } from '../../permission/ruleUses.ts';
import { withFileLock } from './fileLock.ts';
import { replaceFile } from './replaceFile.ts';

/** Counts are written at most this often. Milliseconds. */
const PAUSE = 5000;

const content = v.record(
  v.string(),
  v.object({ hits: v.pipe(v.number(), v.integer(), v.minValue(0)), lastUsedAt: v.number() }),
);

export interface UsesFileOptions {
  readonly file: string;
  readonly timers: Timers;
  readonly onError: (error: unknown) => void;
}

/**
 * Counts what rules answered, beside the rules. A count can be lost in a crash, never a rule. What other processes
 * counted is added up when this one writes.
 */
export class UsesFile implements RuleUses {
  readonly #options: UsesFileOptions;
  readonly #kept = new Map<string, RuleUse>();
  /** What was counted here and is not written yet. */
  #counted = new Map<string, RuleUse>();
  #timer: Disposable | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: UsesFileOptions) {
    this.#options = options;
  }

  /** Reads what was counted before; until then, and when it cannot be read, rules look unused. */
  async load(): Promise<void> {
    for (const [id, use] of Object.entries(await this.#read())) this.#kept.set(id, use);
  }

  of(ruleId: string): RuleUse | undefined {
    const kept = this.#kept.get(ruleId);
    const counted = this.#counted.get(ruleId);
    return counted ? sum(kept, counted) : kept;
  }

  count({ id, scope }: Rule, at: number): void {
    const one = { hits: 1, lastUsedAt: at };
    // A session rule ends with its session; so does its count.
    if (scope === 'session') {
      this.#kept.set(id, sum(this.#kept.get(id), one));
      return;
    }
    this.#counted.set(id, sum(this.#counted.get(id), one));
    this.#timer ??= this.#options.timers.after(PAUSE, () => void this.flush());
  }

  /** Resolves when everything that was counted is written. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write()).catch(this.#options.onError);
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#counted.size === 0) return;
    const { file } = this.#options;
    await withFileLock(`${file}.lock`, async () => {
      const uses = new Map(Object.entries(await this.#read()));
      // What is counted during the write is for the next one.
      for (const [id, use] of this.#counted) uses.set(id, sum(uses.get(id), use));
      this.#counted = new Map();
      for (const [id, use] of uses) this.#kept.set(id, use);
      await replaceFile(file, `${JSON.stringify(Object.fromEntries(uses))}\n`);
    });
  }

  async #read(): Promise<Readonly<Record<string, RuleUse>>> {
    const text = await readFile(this.#options.file, 'utf8').catch(() => '{}');
    const parsed = v.safeParse(content, parseJson(text));
    return parsed.success ? parsed.output : {};
  }
}

function sum(a: RuleUse | undefined, b: RuleUse): RuleUse {
  return {
    hits: (a?.hits ?? 0) + b.hits,
    lastUsedAt: Math.max(a?.lastUsedAt ?? 0, b.lastUsedAt),
  };
}
