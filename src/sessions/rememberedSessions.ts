import * as v from 'valibot';

/** What is kept of a conversation so that it can be resumed when its window is gone. Holds nothing that was said. */
export type RememberedSession = v.InferOutput<typeof remembered>;

/** Which agent a session is started with: one of the parity table, of the person's settings, or of the ACP registry. */
export interface AgentChoice {
  readonly from: 'catalog' | 'settings' | 'registry';
  readonly id: string;
  /** SHA-256 of what is run, where it is not Countersign that says so. */
  readonly hash?: string | undefined;
}

/** Where it is kept; VS Code's `Memento` is one. */
export interface SessionMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'countersign.sessions';
/** How many are kept; the oldest goes first. */
const MAX_SESSIONS = 50;
const MAX_TEXT = 1000;

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_TEXT));
const remembered = v.object({
  /** Which agent, as it was chosen. */
  agent: v.object({
    from: v.picklist(['catalog', 'settings', 'registry']),
    id: text,
    hash: v.optional(text),
    name: text,
  }),
  /** See `AgentConnection.nativeSessionId`. */
  nativeId: text,
  /** Already redacted. */
  title: text,
  cwd: text,
  workspaceFolder: text,
  /** Milliseconds since the epoch. */
  at: v.number(),
});

/** The sessions of a workspace that can be resumed, latest first. */
export class RememberedSessions {
  readonly #memory: SessionMemory;

  constructor(memory: SessionMemory) {
    this.#memory = memory;
  }

  /** What cannot be read is left out. */
  all(): readonly RememberedSession[] {
    const stored = this.#memory.get(KEY);
    return (Array.isArray(stored) ? stored : []).flatMap((entry) => {
      const parsed = v.safeParse(remembered, entry);
      return parsed.success ? [parsed.output] : [];
    });
  }

  /** Adds a session, or brings it to the front. One that could not be read back is not kept. */
  async put(session: RememberedSession): Promise<void> {
    if (!v.is(remembered, session)) return;
    const others = this.all().filter((each) => !isSame(each, session));
    await this.#memory.update(KEY, [session, ...others].slice(0, MAX_SESSIONS));
  }
}

function isSame(one: RememberedSession, other: RememberedSession): boolean {
  return (
    one.nativeId === other.nativeId &&
    one.agent.id === other.agent.id &&
    one.agent.from === other.agent.from
  );
}
