import { CairnError } from '@cairn/core';
import { malformed } from './http-failure.js';

const [quote, backslash, space] = [0x22, 0x5c, 0x20];
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d]);
const escapes: ReadonlySet<number> = new Set([...'"\\/bfnrtu'].map((c) => c.charCodeAt(0)));

/**
 * Refuses, in one pass and before anything is made of a text, what would cost whoever parses it more than its length: nesting,
 * for which stack is needed, and strings without an end, which patterns would look for from every quote on.
 *
 * @throws CairnError `unsupported_format`, `metadata_invalid` when it nests too deep.
 */
export function checkShape(text: string, maxDepth: number): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (opening.has(code)) depth++;
    else if (closing.has(code)) depth--;
    if (depth > maxDepth) {
      throw new CairnError('metadata_invalid', `the JSON nests deeper than ${maxDepth} levels`);
    }
  }
}

/** Where the string that begins there ends. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code < space) break;
    if (code === backslash && !escapes.has(text.charCodeAt(++i))) break;
  }
  throw malformed('the body of this request is not JSON', 'One of its strings is malformed or has no end.');
}
