import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of the heap that are in use once what nobody holds any more is gone. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function')
    throw new Error('This Node does not let its heap be collected.');
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}
