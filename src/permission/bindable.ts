import type { Json } from '../base/json.ts';
import type { Action } from './action.ts';
import { isProtected } from './protectedPaths.ts';

/** Whether the action says all that will happen, so that the same hash means the same thing, and may be answered by a rule. */
export function isBindable(action: Action): boolean {
  if (action.incomplete) return false;
  switch (action.tool) {
    case 'edit':
      // An edit whose change nobody has seen has nothing to bind a rule to.
      if (action.change.kind === 'unseen') return false;
      break;
    case 'execute':
      // An unknown directory is never matched: the same words can do other things there.
      if (action.cwd === undefined) return false;
      break;
    case 'mcp':
      if (hasRoundedNumber(action.arguments)) return false;
      break;
    case 'other':
      if (hasRoundedNumber(action.input)) return false;
      break;
    case 'delete':
    case 'move':
    case 'read':
    case 'fetch':
      break;
  }
  return !isProtected(action);
}

/** Beyond 2^53 different numbers of the agent's JSON are read as one: then the hash does not tell them apart. */
function hasRoundedNumber(value: Json): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasRoundedNumber);
}
