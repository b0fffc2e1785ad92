import { redact } from './errors.js';

/** Control characters, bidirectional overrides and other code points that change how a terminal shows a text. */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** What nearly all texts are: the look for the others is made of large tables. */
const plain = /^[\x20-\x7e]*$/;

/** A text from outside with everything that could disguise it or steer a terminal written as an escape (`\u{202e}`). */
export function printable(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(unprintable, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}

/** Puts a text from outside between quotes for a message: {@link printable}, without the secrets a URL may hold, and cut
 * after 200 characters.
 */
export function quote(text: string): string {
  const safe = redact(text); // before the cut, which could hide that something is a secret
  const shown = safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
  return `"${printable(shown)}"`;
}
