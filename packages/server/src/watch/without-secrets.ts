import { redact } from '@cairn/core';

const secret = /cairn[a-z]*_[0-9A-Za-z]{16,}/g;

/** A text as it may be written down or answered: without keys, tokens, and what URLs hold of them. */
export function withoutSecrets(text: string): string {
  return redact(text).replace(secret, (found) => `${found.slice(0, found.indexOf('_'))}_***`);
}
