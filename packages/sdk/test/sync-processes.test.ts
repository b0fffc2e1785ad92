import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@cairn/store';
import { expect, test } from 'vitest';
import { Artifact, withRun } from '../src/index.js';
import { testFolder } from './support/folder.js';
import { historyOf } from './support/history.js';
import { run, start } from './support/program.js';

// Syncing by processes that are killed, with real stores and the built packages.

const folder = testFolder();

test('a sync that is killed, again and again and by twos, is completed by the next', async () => {
  const source = await openStore(folder.join('source'));
  for (let i = 0; i < 12; i++) {
    await withRun({ store: source, config: { i } }, async (run) => {
      if (i > 0) await run.useArtifact('data:latest');
      const artifact = new Artifact('data', { type: 'dataset', metadata: { i } });
      for (let k = 0; k < 60; k++)
        await artifact.newFile(`${k}`, `${k} of ${k % 12 === i ? i : 'all'} `.repeat(500));
      await run.logArtifact(artifact, { aliases: [`step-${i % 3}`] });
    });
  }
  const made = await historyOf(source);
  const program = `console.log((await sdk.syncStore({ from: 'source', to: 'target' })).versions.length);`;
  for (let round = 0; round < 10; round++) {
    const processes = [start(folder.path, program), start(folder.path, program)];
    await sleep(randomInt(150, 900));
    for (const { child } of processes) child.kill('SIGKILL');
    await Promise.all(processes.map(({ outcome }) => outcome));
  }
  const outcomes = await Promise.all([run(folder.path, program), run(folder.path, program)]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 0, stdout: '12\n' });
  const target = await openStore(folder.join('target'));
  expect(await historyOf(target)).toEqual(made);
  expect((await target.verify()).problems).toEqual([]);
  await Promise.all([source.close(), target.close()]);
});
