/**
 * Reads JSON as `JSON.parse` does.
 *
 * V8 from 12.8 on, as in Node 24, takes an escaped key such as `"\n"` for another one when objects of a like shape were
 * read before (https://github.com/nodejs/node/issues/63785). So where a text has escapes, its keys are replaced by plain
 * ones while it is read.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\')) return JSON.parse(text);
  const keys: string[] = [];
  const plain = text.replace(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (all, string: string, colon?: string) =>
    colon === undefined ? all : `"${keys.push(JSON.parse(string)) - 1}_"${colon}`,
  );
  return withKeys(JSON.parse(plain), keys);
}

/** The same value with its own keys again. */
function withKeys(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withKeys(item, keys));
  if (typeof value !== 'object' || value === null) return value;
  const object = {};
  for (const [place, member] of Object.entries(value)) {
    // By assigning, `__proto__` would not become a key.
    Object.defineProperty(object, keys[Number.parseInt(place, 10)] as string, {
      value: withKeys(member, keys),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return object;
}
