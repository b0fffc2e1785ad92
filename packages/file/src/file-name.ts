/** Stands in a decoded name for what was not UTF-8. A name may also have it of its own. */
const replacement = '\ufffd';

/** Whether a name that was decoded is surely the one the file system has. */
export function isExactName(text: string): boolean {
  return !text.includes(replacement);
}

/** A name as the file system gave it, decoded; `isExact` tells whether it was UTF-8. */
export function decodeName(bytes: Buffer): { text: string; isExact: boolean } {
  const text = bytes.toString('utf8');
  return { text, isExact: isExactName(text) || Buffer.from(text).equals(bytes) };
}

/** Shows a name that is not UTF-8: every byte beyond ASCII as `\xff`. */
export function escapeName(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^\0-\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}
