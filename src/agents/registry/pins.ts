import * as v from 'valibot';
import { launchHash, type RegistryLaunch, registryLaunch } from './launch.ts';

/** Where pins are kept, on this machine; VS Code's `Memento` is one. */
export interface PinStore {
  get(key: string): unknown;
  /** Resolves when it is kept. */
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What a person agreed to before, compared with what would run now. */
export type PinCheck =
  | { readonly kind: 'new' }
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly before: RegistryLaunch };

const pinSchema = v.strictObject({ hash: v.string(), launch: registryLaunch });

/** What a person agreed to run, for each agent of the registry. Nothing else is ever run. */
export class RegistryPins {
  readonly #store: PinStore;

  constructor(store: PinStore) {
    this.#store = store;
  }

  check(id: string, launch: RegistryLaunch): PinCheck {
    const before = this.pinned(id);
    if (!before) return { kind: 'new' };
    return launchHash(before) === launchHash(launch)
      ? { kind: 'same' }
      : { kind: 'changed', before };
  }

  async pin(id: string, launch: RegistryLaunch): Promise<void> {
    await this.#store.update(keyOf(id), { hash: launchHash(launch), launch });
  }

  /** What was agreed to; `undefined` when nothing was, or what is kept is not what was. */
  pinned(id: string): RegistryLaunch | undefined {
    const parsed = v.safeParse(pinSchema, this.#store.get(keyOf(id)));
    if (!parsed.success) return undefined;
    const { hash, launch } = parsed.output;
    return launchHash(launch) === hash ? launch : undefined;
  }
}

function keyOf(id: string): string {
  return `registry.pin.${id}`;
}
