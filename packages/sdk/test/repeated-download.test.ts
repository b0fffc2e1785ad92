import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Artifact, type Version, withRun } from '../src/index.js';
import { testFolder } from './support/folder.js';
import { type DoubleGround, gsDouble, httpDouble, s3Double } from './support/reference-ground.js';

const count = 24;
const folder = testFolder();
let ground: DoubleGround;
let root: string;
let version: Version;

/** The connections that servers of a test get: how many are open, and how many were at most. */
let connections = { open: 0, most: 0 };
/** Those open by which the objects were put there. */
let others = 0;

function countConnection(message: unknown): void {
  const { socket } = message as { socket: Socket };
  const counted = connections;
  counted.open++;
  counted.most = Math.max(counted.most, counted.open);
  socket.once('close', () => counted.open--);
}

beforeEach(() => {
  root = folder.join('out');
  connections = { open: 0, most: 0 };
  subscribe('net.server.socket', countConnection);
});
afterEach(async () => {
  unsubscribe('net.server.socket', countConnection);
  await ground.close();
});

describe.each<[string, () => Promise<DoubleGround>]>([
  ['s3, versioned', () => s3Double(true)],
  ['s3, unversioned', () => s3Double(false)],
  ['gs, versioned', () => gsDouble(true)],
  ['gs, unversioned', () => gsDouble(false)],
  ['http with ETags', httpDouble],
])('%s', (_, start) => {
  beforeEach(async () => {
    ground = await start();
    const keys = Array.from({ length: count }, (_, i) => `${i}.txt`);
    for (const key of keys) await ground.put(key, Buffer.from(`content of ${key}`));
    others = connections.open;
    version = await withRun({ store: folder.join('store'), handlers: [ground.handler] }, async (run) => {
      const artifact = new Artifact('references');
      for (const key of keys) await artifact.addReference(ground.uriOf(key));
      return run.logArtifact(artifact);
    });
  });

  test('a download takes one request each, and eight connections at most', async () => {
    connections.most = connections.open;
    expect(await requestsOf(version)).toBe(count);
    expect(readFileSync(`${root}/7.txt`, 'utf8')).toBe('content of 7.txt');
    expect(connections.most - others).toBeGreaterThan(1);
    expect(connections.most - others).toBeLessThanOrEqual(8);
  });

  test('a second one asks for nothing and writes nothing', async () => {
    await version.download({ root });
    const before = filesIn(root).map(written);
    expect(await requestsOf(version)).toBe(0);
    expect(filesIn(root).map(written)).toEqual(before);
  });

  test('what was changed or removed on disk is fetched again, and nothing else', async () => {
    await version.download({ root });
    writeFileSync(`${root}/3.txt`, 'CONTENT OF 3.TXT'.slice(0, 'content of 3.txt'.length));
    rmSync(`${root}/4.txt`);
    expect(await requestsOf(version)).toBe(2);
    expect(readFileSync(`${root}/3.txt`, 'utf8')).toBe('content of 3.txt');
    expect(readFileSync(`${root}/4.txt`, 'utf8')).toBe('content of 4.txt');
  });
});

test('a memory of which half was written is none, and is mended', async () => {
  ground = await s3Double(false);
  await ground.put('a.txt', Buffer.from('a'));
  version = await withRun({ store: folder.join('store'), handlers: [ground.handler] }, (run) =>
    run.logArtifact(ground.uriOf('a.txt'), { name: 'references' }),
  );
  await version.download({ root });
  const memories = filesIn(`${process.env.XDG_CACHE_HOME}/cairn/references`);
  expect(memories).toHaveLength(1);
  for (const path of memories) truncateSync(path, 20);
  expect(await requestsOf(version)).toBe(1);
  expect(await requestsOf(version)).toBe(0);
});

/** How many requests a download makes. */
async function requestsOf(version: Version): Promise<number> {
  const before = ground.requests();
  await version.download({ root });
  return ground.requests() - before;
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => `${item.parentPath}/${item.name}`)
    .sort();
}

/** What is another one when the file was written. */
function written(path: string): unknown {
  const { ino, ctimeMs } = statSync(path);
  return { path, ino, ctimeMs };
}
