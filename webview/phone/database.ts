/** The stores of this page. Keys are kept as raw bytes: without a secure context there is no other way to keep them. */
export type StoreName = 'workspaces' | 'cards' | 'settings';

const NAME = 'countersign';
const VERSION = 1;
const STORES: readonly StoreName[] = ['workspaces', 'cards', 'settings'];

/**
 * Opens the page's own database; rejects when the browser refuses to keep anything. It belongs to this origin only, and
 * on iPhone a page on the Home Screen has another one than the same page in Safari.
 */
export function openDatabase(factory: IDBFactory = indexedDB): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      const database = request.result;
      // A newer version of the page in another tab must not be kept waiting.
      database.onversionchange = () => database.close();
      resolve(database);
    };
    request.onerror = () => reject(request.error ?? new Error('The database cannot be opened.'));
    request.onblocked = () => reject(new Error('The database is in use by an older page.'));
  });
}

/** `value` is absent for what was deleted. */
export interface Change {
  readonly store: StoreName;
  readonly key: string;
  readonly value?: unknown;
}

/**
 * Whether the data is on the disk itself when a transaction is through. `relaxed`: it is with the system, and only a
 * machine that loses its power may lose the last ones.
 */
export type Durability = 'strict' | 'relaxed';

export interface TransactionOptions {
  /** `relaxed` when absent. */
  readonly durability?: Durability | undefined;
  /** Nothing more is asked of the transaction: it is on its way to the disk, where it may still fail as a whole. */
  readonly onAsked?: (transaction: Transaction) => void;
}

/** One transaction, in which `body` only uses the stores it is given: all of it is on disk, or nothing. */
export class Transaction {
  readonly #transaction: IDBTransaction;
  #changes: Change[] | undefined = [];

  private constructor(transaction: IDBTransaction) {
    this.#transaction = transaction;
  }

  /**
   * Resolves after the data is written. `body` may await nothing but this transaction: it ends by itself as soon as
   * nothing is asked of it. If `body` throws, nothing is written.
   */
  static async run<T>(
    database: IDBDatabase,
    mode: 'readonly' | 'readwrite',
    body: (transaction: Transaction) => Promise<T>,
    { durability = 'relaxed', onAsked }: TransactionOptions = {},
  ): Promise<T> {
    const transaction = database.transaction([...STORES], mode, { durability });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('Not written.'));
    });
    try {
      const own = new Transaction(transaction);
      const result = await body(own);
      // Said outright: by itself it would wait for what the page does next.
      transaction.commit();
      onAsked?.(own);
      await done;
      return result;
    } catch (error) {
      done.catch(() => undefined);
      abort(transaction);
      throw error;
    }
  }

  /** What was written, in its order; `undefined` for more than can be said one by one. */
  get changes(): readonly Change[] | undefined {
    return this.#changes;
  }

  get(store: StoreName, key: string): Promise<unknown> {
    return settled(this.#transaction.objectStore(store).get(key));
  }

  all(store: StoreName): Promise<unknown[]> {
    return settled(this.#transaction.objectStore(store).getAll());
  }

  put(store: StoreName, key: string, value: unknown): void {
    this.#changes?.push({ store, key, value });
    this.#transaction.objectStore(store).put(value, key);
  }

  delete(store: StoreName, key: string | IDBKeyRange): void {
    if (typeof key === 'string') this.#changes?.push({ store, key });
    else this.#changes = undefined;
    this.#transaction.objectStore(store).delete(key);
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('Not read.'));
  });
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}
