/** VS Code's `SecretStorage`, as far as it is used. Keys hold no secret; values do. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  set(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** A store in which every key begins with `prefix`: workspaces do not see each other's. */
export function prefixedStore(store: SecretStore, prefix: string): SecretStore {
  return {
    get: (key) => store.get(prefix + key),
    set: (key, value) => store.set(prefix + key, value),
    delete: (key) => store.delete(prefix + key),
  };
}
