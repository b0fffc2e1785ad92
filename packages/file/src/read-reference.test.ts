import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { expectCairnError } from '@cairn/conformance';
import { type Digest, loadHasher, type Observation, readAll } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { text } from '../test/collect.js';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { digestOf, entryOf, fileOf, large, observe, open, record, verify } from '../test/references.js';

describe('open', () => {
  it.each([0, 5, 256 * 1024, large])(
    'gives the %d bytes that were recorded, and ranges of them',
    async (size) => {
      const bytes = randomBytes(size);
      const entry = await record(await fileOf(bytes));
      expect(Buffer.compare(await readAll(open(entry)), bytes)).toBe(0);
      for (const range of [
        { start: 0 },
        { start: 2, end: 4 },
        { start: 300_000, end: 300_010 },
        { start: large },
      ]) {
        const part = await readAll(open(entry, { range }));
        expect(Buffer.compare(part, bytes.subarray(range.start, range.end))).toBe(0);
      }
    },
  );

  it.each([undefined, { start: 0, end: 2 }])(
    'refuses a file that is another one (range: %j)',
    async (range) => {
      const path = await fileOf('hello');
      const entry = await record(path);
      const chunks: Uint8Array[] = [];
      const read = async () => {
        for await (const chunk of open(entry, { range })) chunks.push(chunk);
      };
      await writeFile(path, 'hallo');
      const bytes = await expectCairnError(read(), 'reference_changed');
      expect(bytes.message).toContain(entry.digest);
      expect(bytes.message).toContain(await digestOf('hallo'));
      await writeFile(path, 'hello!');
      const size = await expectCairnError(read(), 'reference_changed');
      expect(size.message).toMatch(/5 bytes.*6/);
      await rm(path);
      await expectCairnError(read(), 'not_found');
      await mkdir(path);
      await expectCairnError(read(), 'reference_changed');
      expect(chunks).toEqual([]);
    },
  );

  it('does not mind a copy with the same bytes', async () => {
    const path = await fileOf('hello');
    const entry = await record(path);
    await rm(path);
    await writeFile(path, 'hello');
    expect(await text(open(entry))).toBe('hello');
  });

  it('keeps back the last chunk of a large file until all bytes are right', async () => {
    const path = await fileOf(Buffer.alloc(large, 1));
    const entry = await record(path);
    await writeFile(path, Buffer.alloc(large, 2));
    let length = 0;
    const read = async () => {
      for await (const chunk of open(entry)) length += chunk.length;
    };
    await expectCairnError(read(), 'reference_changed');
    expect(length).toBeLessThan(large);
  });

  it.each([undefined, { start: 1 }])(
    'never ends on other bytes while a writer is at work (range: %j)',
    async (range) => {
      const path = await fileOf(Buffer.alloc(large, 'a'));
      const entry = await record(path);
      const wanted = Buffer.alloc(large, 'a').subarray(range?.start);
      const outcomes = new Set<string>();
      let isDone = false;
      const writer = (async () => {
        for (let i = 0; !isDone; i++) {
          if (i % 3 === 2) {
            await writeFile(`${path}.new`, Buffer.alloc(large, 'b'));
            await rename(`${path}.new`, path);
          } else await writeFile(path, Buffer.alloc(large, i % 3 === 0 ? 'a' : 'c'));
        }
      })();
      for (let i = 0; i < 150; i++) {
        const bytes = await readAll(open(entry, { range })).catch((error) => error);
        if (bytes instanceof Uint8Array) expect(Buffer.compare(bytes, wanted)).toBe(0);
        else expect(bytes).toMatchObject({ code: 'reference_changed' });
        outcomes.add(bytes instanceof Uint8Array ? 'right' : 'refused');
      }
      isDone = true;
      await writer;
      expect(outcomes).toContain('refused');
    },
  );

  it('refuses a range of a file that changes after it was hashed', async () => {
    const path = await fileOf('hello');
    await utimes(path, 1, 1);
    const entry = await record(path);
    const { fs } = faultyFileSystem(0, '');
    let opened = 0;
    const opening = async (...args: Parameters<typeof fs.open>) => {
      if (++opened === 2) await writeFile(path, 'hallo');
      return fs.open(...args);
    };
    const chunks = open(entry, { range: { start: 1 } }, { fs: { ...fs, open: opening } });
    await expectCairnError(chunks, 'reference_changed');
    expect(opened).toBe(2);
  });

  it('checks the digest that it is given', async () => {
    const path = await fileOf('hello');
    const entry = await record(path);
    const sha256 = (await loadHasher('sha256')).hash(Buffer.from('hello'));
    expect(await text(open({ ...entry, digest: sha256 }))).toBe('hello');
    await expectCairnError(open({ ...entry, digest: `sha256:${'0'.repeat(64)}` }), 'reference_changed');
    const unknown: Digest[] = [`md5:${'0'.repeat(32)}`, 'etag:"x"'];
    for (const digest of unknown) {
      await expectCairnError(open({ ...entry, digest }), 'unsupported_format');
    }
  });

  it('reads what was recorded unverified as it is', async () => {
    const path = await fileOf('hello');
    const [observed] = await observe(path, { checksum: false });
    const entry = entryOf(observed as Observation);
    await writeFile(path, 'something else');
    expect(await text(open(entry))).toBe('something else');
    expect(await text(open(entry, { range: { start: 10 } }))).toBe('else');
  });

  it('fails when any one call fails, and never gives less instead', async () => {
    const path = await fileOf('hello');
    const entry = await record(path);
    const { fs, calls } = faultyFileSystem(0, '');
    await readAll(open(entry, {}, { fs }));
    for (let failing = 1; failing <= calls.length; failing++) {
      const faulty = faultyFileSystem(failing, 'EIO');
      const found = await text(open(entry, {}, { fs: faulty.fs })).catch((error) => error);
      if (faulty.calls[failing - 1] === 'file.close') expect(found).toBe('hello');
      else expect(found).toMatchObject({ code: 'unavailable' });
    }
  });

  it('stops when the signal says so', async () => {
    const entry = await record(await fileOf(Buffer.alloc(large)));
    const controller = new AbortController();
    const chunks = open(entry, { signal: controller.signal })[Symbol.asyncIterator]();
    await chunks.next();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(chunks.next()).rejects.toBe(reason);
    await expect(readAll(open(entry, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});

describe('verify', () => {
  it('tells each state', async () => {
    const path = await fileOf('hello');
    const entry = await record(path);
    const unverified = { ...entry, digest: `uri:${entry.uri}` as Digest };
    expect(await verify(entry)).toBe('match');
    expect(await verify(unverified)).toBe('unverifiable');
    await writeFile(path, 'hallo');
    expect(await verify(entry)).toBe('changed');
    await writeFile(path, 'hello!');
    expect(await verify(entry)).toBe('changed');
    await rm(path);
    expect(await verify(entry)).toBe('missing');
    expect(await verify(unverified)).toBe('missing');
    await mkdir(path);
    expect(await verify(entry)).toBe('changed');
  });

  it('does not take a failure for a change', async () => {
    const entry = await record(await fileOf('hello'));
    const { fs } = faultyFileSystem(1, 'EIO');
    await expectCairnError(verify(entry, {}, { fs }), 'unavailable');
  });
});
