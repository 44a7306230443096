import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { canonicalJson } from '../permission/canonicalJson.ts';
import { findProgram } from './program.ts';

/** What is run for an agent, beside what Countersign adds. */
export interface AgentCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** SHA-256, hex, of a command in canonical JSON: the same exactly when the same would be run. */
export function commandHash({ args, command, env }: AgentCommand): string {
  return hashOf({ args, command, env });
}

/** What was seen of one version of an agent. It tells a person what to expect, and is no reason to trust anything. */
export type Sighting = v.InferOutput<typeof sightingSchema>;

const sightingSchema = v.variant('kind', [
  /** It shook hands in a way in which it asks; `asksFor` as `AgentConnection.asksFor`. */
  v.object({ kind: v.literal('asks'), version: v.string(), asksFor: v.string() }),
  /** It would not ask; `why` is a sentence. */
  v.object({ kind: v.literal('refused'), why: v.string() }),
]);

/** Where it is kept, on this machine; VS Code's `Memento` is one. */
export interface GateStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const storedSchema = v.object({ what: v.string(), sighting: sightingSchema });
/** What an agent says of itself is kept up to this length. */
const MAX_TEXT = 300;

/** What was seen of each agent the last time, as long as the same program would be run. */
export class GateMemory {
  readonly #store: GateStore;
  readonly #env: NodeJS.ProcessEnv;

  /** `env` is where programs are looked up. */
  constructor(store: GateStore, env: NodeJS.ProcessEnv) {
    this.#store = store;
    this.#env = env;
  }

  /** `undefined` when it was not seen yet, or when its command or the file of its program has changed since. */
  seen(agentKey: string, command: AgentCommand): Sighting | undefined {
    const stored = v.safeParse(storedSchema, this.#store.get(keyOf(agentKey)));
    if (!stored.success || stored.output.what !== this.#what(command)) return undefined;
    return stored.output.sighting;
  }

  /** Resolves when it is kept. */
  async note(agentKey: string, command: AgentCommand, sighting: Sighting): Promise<void> {
    const what = this.#what(command);
    const value = { what, sighting: shortened(sighting) };
    const before = v.safeParse(storedSchema, this.#store.get(keyOf(agentKey)));
    if (before.success && canonicalJson(before.output) === canonicalJson(value)) return;
    await this.#store.update(keyOf(agentKey), value);
  }

  /** Variables of the person's settings can be secrets, so only a hash is kept. */
  #what({ args, command, env }: AgentCommand): string {
    const program = findProgram(command, { ...this.#env, ...env }) ?? command;
    return hashOf({ args, command, env, files: [program, ...args].flatMap(stampOf) });
  }
}

function shortened(sighting: Sighting): Sighting {
  if (sighting.kind === 'refused') return { ...sighting, why: sighting.why.slice(0, MAX_TEXT) };
  const { asksFor, version } = sighting;
  return {
    ...sighting,
    version: version.slice(0, MAX_TEXT),
    asksFor: asksFor.slice(0, MAX_TEXT),
  };
}

/** An update writes the program's file anew, or points its link elsewhere. Nothing for what names no file. */
function stampOf(file: string): string[] {
  if (!path.isAbsolute(file)) return [];
  try {
    const real = realpathSync(file);
    const { mtimeMs, size } = statSync(real);
    return [`${real} ${size} ${mtimeMs}`];
  } catch {
    return [];
  }
}

function keyOf(agentKey: string): string {
  return `countersign.gate.${agentKey}`;
}

function hashOf(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
