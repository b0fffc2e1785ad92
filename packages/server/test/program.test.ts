import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// The program that docs/self-hosting.md shows, and the requests by which that page manages it.

const program = fileURLToPath(new URL('programs/server.mjs', import.meta.url));

test.skipIf(process.platform === 'win32')(
  'a server as the docs show it starts, serves, and ends when told to',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'cairn-program-'));
    const env = { ...process.env, CAIRN_DATA: data, CAIRN_PORT: '0' };
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const told = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
      const url = / is at (\S+)$/.exec((await told.next()).value)?.[1];
      const setupUrl = /make the first key at (\S+)$/.exec((await told.next()).value)?.[1] ?? '';

      async function ask(method: string, path: string, body?: unknown, key?: string) {
        const headers = {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        };
        const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        const response = await fetch(`${url}/api/v1/${path}`, init);
        return { status: response.status, answer: await response.text() };
      }

      const token = new URL(setupUrl).hash.slice(1);
      const first = await ask('POST', 'setup', { token, user: 'ann' });
      const key = /cairn_[0-9A-Za-z]{49}/.exec(first.answer)?.[0];
      expect((await ask('POST', 'users', { name: 'bob' }, key)).status).toBeLessThan(300);
      expect((await ask('PUT', 'entities/acme/members/bob', { role: 'write' }, key)).status).toBeLessThan(
        300,
      );
      const scopes = [{ entity: 'acme', project: '*', role: 'write' }];
      const made = await ask('POST', 'keys', { user: 'bob', name: 'laptop', scopes }, key);
      const { id } = JSON.parse(made.answer).key;
      expect((await ask('GET', 'keys', undefined, key)).answer).toContain(id);
      expect((await ask('DELETE', `keys/${id}`, undefined, key)).status).toBeLessThan(300);
      expect((await ask('GET', 'audit?action=key.revoke', undefined, key)).answer).toContain(id);
      expect((await ask('GET', 'keys')).status).toBe(401);

      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  },
);
