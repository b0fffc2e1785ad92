import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { CairnError } from '@cairn/core';
import { expect, it } from 'vitest';
import { scratchFolder } from '../../test/scratch.js';
import { encryptionFromEnv } from './encryption-from-env.js';
import { newEncryptionKey, parseEncryptionKey } from './key-text.js';

it('reads what it writes, and hexadecimal digits', () => {
  const text = newEncryptionKey();
  expect(text).toMatch(/^cairn-key-[\w-]{48}$/);
  const bytes = parseEncryptionKey(`${text}\n`);
  expect(bytes).toHaveLength(32);
  expect(parseEncryptionKey(Buffer.from(bytes).toString('hex'))).toEqual(bytes);
  expect(newEncryptionKey()).not.toBe(text);
});

it('refuses a key with any character changed, left out or added, and never repeats it', () => {
  const text = newEncryptionKey();
  const wrong = ['', 'cairn-key-', text.slice(1), `${text}A`, 'f'.repeat(63)];
  for (let at = 0; at < text.length; at++) {
    wrong.push(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
    wrong.push(text.slice(0, at) + text.slice(at + 1));
  }
  for (const each of wrong) {
    try {
      parseEncryptionKey(each);
      expect.unreachable(each);
    } catch (error) {
      expect(CairnError.is(error, 'unauthenticated')).toBe(true);
      if (each.length > 10) expect((error as Error).message).not.toContain(each.slice(10));
    }
  }
});

it('finds a key in the environment, or in the file that it names', async () => {
  const text = newEncryptionKey();
  const path = join(scratchFolder(), 'key');
  writeFileSync(path, `${text}\n`);
  expect(encryptionFromEnv({})).toBeUndefined();
  expect(encryptionFromEnv({ CAIRN_ENCRYPTION_KEY: '', CAIRN_ENCRYPTION_KEY_FILE: '' })).toBeUndefined();
  expect(encryptionFromEnv({ CAIRN_ENCRYPTION_KEY: text })).toEqual({ key: text });
  expect(encryptionFromEnv({ CAIRN_ENCRYPTION_KEY_FILE: path })).toEqual({ key: `${text}\n` });
  const from = async (env: Record<string, string>) => encryptionFromEnv(env);
  await expectCairnError(from({ CAIRN_ENCRYPTION_KEY: text, CAIRN_ENCRYPTION_KEY_FILE: path }), 'conflict');
  await expectCairnError(from({ CAIRN_ENCRYPTION_KEY_FILE: `${path}.gone` }), 'not_found');
});
