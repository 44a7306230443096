/**
 * One value that is kept between starts: secrets in VS Code's `SecretStorage`, the rest in a memento. `undefined` when
 * nothing was written yet.
 */
export interface Slot<T> {
  read(): PromiseLike<T | undefined>;
  write(value: T): PromiseLike<void>;
}
