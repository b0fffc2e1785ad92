import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Artifact, type RunOptions, withRun } from '@cairn/sdk';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listen, type Server } from '../src/index.js';
import { openLab } from './lab.js';

// How often a server is asked, whatever the time it takes: a hundred thousand files are bench's.

async function served() {
  const { server, root } = await openLab();
  const requests: string[] = [];
  const counted: Server = {
    ...server,
    basePath: server.basePath,
    isOpen: server.isOpen,
    node(request, response) {
      requests.push(
        `${request.method} ${request.url?.replace(/^.*\/api\/v1|\/(?:runs|versions)\/[^/]+/g, '')}`,
      );
      return server.node(request, response);
    },
  };
  const listening = await listen(counted, { port: 0 });
  onTestFinished(() => listening.close());
  return { requests, place: { store: listening.url, apiKey: root, entity: 'acme', project: 'bikes' } };
}

async function log(place: RunOptions, folder: string) {
  return withRun(place, async (run) => {
    const artifact = new Artifact('files', { type: 'dataset' });
    await artifact.addDir(folder);
    return run.logArtifact(artifact);
  });
}

test('logging many files takes few requests, and logging them again unchanged takes five', async () => {
  const { requests, place } = await served();
  const folder = mkdtempSync(join(tmpdir(), 'cairn-requests-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  vi.stubEnv('CAIRN_CACHE_DIR', join(folder, 'cache'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const files = join(folder, 'files');
  for (let part = 0; part < 10; part++) {
    mkdirSync(join(files, `${part}`), { recursive: true });
    for (let i = 0; i < 300; i++) writeFileSync(join(files, `${part}/${i}`), `file ${part} ${i}`);
  }
  await new Promise((resolve) => setTimeout(resolve, 100)); // or they could change within a tick of the clock
  const first = await log(place, files);
  expect(first).toMatchObject({ created: true, files: { new: 3000 } });
  const kinds = requests.filter((request) => !request.endsWith('heartbeat'));
  expect(kinds.length).toBeLessThanOrEqual(14);
  requests.length = 0;
  expect(await log(place, files)).toMatchObject({ created: false, files: { new: 0, reused: 3000 } });
  expect(requests.filter((request) => !request.endsWith('heartbeat')).length).toBeLessThanOrEqual(5);
});
