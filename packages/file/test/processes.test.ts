import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf } from './folder-of.js';
import { runChild } from './run-child.js';
import { tempFolder } from './temp-folder.js';

const walk = `
  import { walkFolder } from '@cairn/file';
  const [, root, ...exclude] = process.argv;
  const found = [];
  try {
    for await (const { path } of walkFolder(root, { exclude })) found.push(path);
    console.log(JSON.stringify({ found }));
  } catch ({ code, message }) {
    console.log(JSON.stringify({ code, message }));
  }`;

const posix = process.platform !== 'win32';

describe.runIf(posix)('permissions', () => {
  it('names a file and a folder that this user can not read, and takes what it can', async (context) => {
    const probe = "await import('@cairn/file'); console.log(1)";
    const started = await runChild(probe, [], { asNobody: true }).catch(() => 0);
    context.skip(started !== 1, 'a user without rights can not read this repository');
    const root = await folderOf('closed/x', 'secret', 'group', 'open');
    await chmod(root, 0o755);
    await chmod(join(root, 'secret'), 0o000);
    await chmod(join(root, 'group'), 0o604);
    await chmod(join(root, 'closed'), 0o000);
    const asNobody = { asNobody: true };
    const folder = await runChild(walk, [root, 'secret'], asNobody);
    expect(folder).toMatchObject({ code: 'forbidden', message: expect.stringContaining(`${root}/closed"`) });
    const file = await runChild(walk, [root, 'closed'], asNobody);
    expect(file).toMatchObject({ code: 'forbidden', message: expect.stringContaining(`${root}/secret"`) });
    const rest = await runChild(walk, [root, 'closed', 'secret'], asNobody);
    expect(rest).toEqual({ found: ['group', 'open'] });
    await chmod(join(root, 'closed'), 0o755);
  });
});

describe.runIf(posix)('limits', () => {
  const observe = `
    import { fileHandler } from '@cairn/file';
    let count = 0;
    for await (const _ of fileHandler().observe(process.argv[1])) count++;
    console.log(count);`;

  it('records a thousand files with few files open', async () => {
    const root = await tempFolder();
    for (let i = 0; i < 1000; i++) await writeFile(join(root, `${i}`), `${i}`);
    expect(await runChild(observe, [root], { limits: 'ulimit -n 40' })).toBe(1000);
  });

  it('leaves no part of a file that is larger than allowed', async () => {
    const publish = `
      import { publishFile } from '@cairn/file';
      const chunks = Array.from({ length: 100 }, () => Buffer.alloc(10_000));
      const error = await publishFile(process.argv[1], chunks).catch((error) => error);
      console.log(JSON.stringify({ code: error.code, cause: error.cause.code }));`;
    const root = await tempFolder();
    const failed = await runChild(publish, [join(root, 'file')], { limits: 'ulimit -f 100' });
    expect(failed).toEqual({ code: 'storage_full', cause: 'EFBIG' });
    expect(await readdir(root)).toEqual([]);
  });
});

it('lets processes that start at once agree on one secret', async () => {
  const mark = `
    import { referenceTrust } from '@cairn/file';
    const mark = await referenceTrust({ stateDir: process.argv[1] }).mark('file:///a');
    console.log(JSON.stringify(mark));`;
  const stateDir = join(await tempFolder(), 'state');
  await mkdir(stateDir);
  const marks = await Promise.all(Array.from({ length: 8 }, () => runChild(mark, [stateDir])));
  expect(new Set(marks).size).toBe(1);
  expect(marks[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(await readdir(stateDir)).toEqual(['reference-key']);
});
