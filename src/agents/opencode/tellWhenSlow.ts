/** Waits for the promise, and tells once when that takes longer than so many milliseconds; the wait goes on. */
export async function tellWhenSlow<T>(
  promise: Promise<T>,
  milliseconds: number,
  tell: () => void,
): Promise<T> {
  const timer = setTimeout(tell, milliseconds);
  timer.unref();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
