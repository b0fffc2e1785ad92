/** A name as the file system gave it, decoded; `isExact` tells whether it was UTF-8. */
export function decodeName(bytes: Buffer): { text: string; isExact: boolean } {
  const text = bytes.toString('utf8');
  return { text, isExact: !text.includes('\ufffd') || Buffer.from(text).equals(bytes) };
}

/** Shows a name that is not UTF-8: every byte beyond ASCII as `\xff`. */
export function escapeName(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^\0-\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}
