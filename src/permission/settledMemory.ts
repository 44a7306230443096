import type { Settled } from './broker.ts';
import type { Preview } from './display.ts';
import type { PermissionRequest } from './request.ts';
import type { Spans } from './spans.ts';

export interface SettledMemoryLimits {
  readonly entries: number;
  /** All of them together, in characters. */
  readonly characters: number;
  /** Above this many characters an entry is remembered without its raw arguments. */
  readonly rawCharacters: number;
}

const LIMITS: SettledMemoryLimits = { entries: 500, characters: 4_000_000, rawCharacters: 20_000 };

interface Remembered {
  readonly settled: Settled;
  readonly weight: number;
}

/**
 * Remembers how the latest requests ended, so that a late answer can be told who was first. Bounded by count and by
 * size: a request that is over must not hold megabytes of arguments.
 */
export class SettledMemory {
  readonly #limits: SettledMemoryLimits;
  readonly #byId = new Map<string, Remembered>();
  #characters = 0;

  constructor(limits: Partial<SettledMemoryLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  get size(): number {
    return this.#byId.size;
  }

  get(requestId: string): Settled | undefined {
    return this.#byId.get(requestId)?.settled;
  }

  /** `rawCharacters` is the size of the request's raw arguments. */
  add(settled: Settled, rawCharacters: number): void {
    const isHeavy = rawCharacters > this.#limits.rawCharacters;
    const request = isHeavy ? withoutRaw(settled.request) : settled.request;
    const weight = (isHeavy ? 0 : rawCharacters) + previewCharacters(request.display.preview);
    this.#forget(request.id);
    this.#byId.set(request.id, {
      settled: isHeavy ? { ...settled, request } : settled,
      weight,
    });
    this.#characters += weight;
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= this.#limits.entries && this.#characters <= this.#limits.characters)
        break;
      this.#forget(id);
    }
  }

  #forget(requestId: string): void {
    this.#characters -= this.#byId.get(requestId)?.weight ?? 0;
    this.#byId.delete(requestId);
  }
}

/** For a request that is over: nothing can be delivered any more, so nothing raw is needed. */
function withoutRaw(request: PermissionRequest): PermissionRequest {
  const { action, questions: _, elicitation: __, ...rest } = request;
  return {
    ...rest,
    action:
      action.tool === 'edit'
        ? { tool: 'edit', path: action.path, change: { kind: 'unseen' } }
        : { tool: 'other', toolName: request.native.toolName, input: {} },
    options: request.options.map((option) => ({ ...option, nativeDecision: null })),
  };
}

function previewCharacters(preview: Preview): number {
  switch (preview.kind) {
    case 'command':
    case 'json':
    case 'text':
      return charactersOf([preview.text]);
    case 'url':
      return charactersOf([preview.before, preview.host, preview.after]);
    case 'diff':
      return charactersOf(preview.rows.map(({ text }) => text));
    case 'none':
      return 0;
  }
}

function charactersOf(texts: readonly Spans[]): number {
  let sum = 0;
  for (const spans of texts) {
    // What a span costs beside its text matters when a text is all escapes.
    for (const span of spans) sum += typeof span === 'string' ? span.length : 40;
  }
  return sum;
}
