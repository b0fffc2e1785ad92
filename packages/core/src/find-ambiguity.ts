import { quote } from './printable.js';

const token = /"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[{}[\],:]/g;

/**
 * What two parsers would read differently in a text that is known to be JSON: a key twice in one object, or an integer that
 * JavaScript would round. `undefined` when there is no such thing.
 */
export function findAmbiguity(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // the keys of every object that is open
  let last = '';
  for (const [found] of text.matchAll(token)) {
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found === '}' || found === ']') open.pop();
    else if (found === ':') {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return `the key ${quote(key)} is there twice in one object`;
      keys?.add(key);
    } else if (/^-?[0-9]/.test(found) && isRounded(found))
      return `the number ${quote(found)} would be rounded`;
    last = found;
  }
  return undefined;
}

/** A fraction is always taken as the nearest number; an integer must stay what it is. */
function isRounded(text: string): boolean {
  const value = Number(text);
  return /^-?[0-9]+$/.test(text) && !Number.isSafeInteger(value) && String(value) !== text;
}
