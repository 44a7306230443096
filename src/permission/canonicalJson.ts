/** Nobody asks for something this deep; without a limit a hostile frame exhausts the stack. */
const MAX_DEPTH = 500;

/**
 * RFC 8785 form of a value that JSON can carry: keys in UTF-16 order, no white space, numbers and strings as ECMAScript
 * writes them. A field that is `undefined` is the same as one that is absent. Unlike the RFC, a lone surrogate is kept
 * (as its `\u` escape), since refusing to hash is refusing to ask. Throws a `RangeError` when nested too deeply and a
 * `TypeError` for what JSON cannot carry.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('Only finite numbers have a JSON form');
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw new RangeError('The arguments are nested too deeply');
      return Array.isArray(value) ? arrayForm(value, depth) : objectForm(value, depth);
    default:
      throw new TypeError(`A ${typeof value} has no JSON form`);
  }
}

function arrayForm(items: readonly unknown[], depth: number): string {
  let text = '[';
  // By index: a hole reads as `undefined`, and a list that changes length must not hash like a shorter one.
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += canonicalJson(items[i] ?? null, depth + 1);
  }
  return `${text}]`;
}

/** The form of an object without one of its keys. */
export function canonicalWithout(object: object, key: string): string {
  return objectForm(object, 0, key);
}

function objectForm(object: object, depth: number, left?: string): string {
  let text = '{';
  for (const key of Object.keys(object).sort()) {
    const member: unknown = Reflect.get(object, key);
    if (member === undefined || key === left) continue;
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`;
  }
  return `${text}}`;
}
