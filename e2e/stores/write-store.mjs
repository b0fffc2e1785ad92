// Wrote the stores in this folder, each with the Cairn of its time. The next one is added when a format changes, from the last
// commit before that: node write-store.mjs FOLDER > expected.json; tar czf NAME.tar.gz -C FOLDER .
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Artifact, withRun } from '@cairn/sdk';

const [store = ''] = process.argv.slice(2);
const project = 'weather';
const data = mkdtempSync(join(tmpdir(), 'cairn-data-'));
const expected = {};

await withRun({ store, project, jobType: 'collect', config: { year: 2012 } }, async (run) => {
  for (const [note, aliases] of [
    ['first', ['raw']],
    ['second', ['checked', 'raw']],
    ['third', []],
  ]) {
    writeData(note);
    const readings = new Artifact('readings', {
      type: 'dataset',
      description: 'of one year',
      metadata: { note, rows: 2.5e4 },
    });
    await readings.addDir(data);
    const { version, digest } = await run.logArtifact(readings, { aliases });
    expected[`readings:${version}`] = { digest, files: filesIn(data) };
  }
});
await withRun({ store, project, jobType: 'train' }, async (run) => {
  await run.useArtifact('readings:checked');
  const model = new Artifact('model', { type: 'model' });
  await model.newFile('weights.json', '[1,2,3]\n');
  const { version, digest } = await run.logArtifact(model, { aliases: ['best'] });
  expected[`model:${version}`] = { digest, files: { 'weights.json': sha256('[1,2,3]\n') } };
});
const third = await new Api({ store, project }).artifact('readings:v2');
await third.delete({ deleteAliases: true });
delete expected['readings:v2'];

rmSync(data, { recursive: true });
console.log(JSON.stringify(expected, null, 2));

/** Small files, and one that is cut into chunks, most of which all versions have. */
function writeData(note) {
  mkdirSync(join(data, 'many'), { recursive: true });
  for (let i = 0; i < 20; i++) writeFileSync(join(data, 'many', `${i}.txt`), `file ${i}\n`);
  writeFileSync(join(data, 'ä note.txt'), note);
  writeFileSync(join(data, 'empty'), '');
  const lines = Array.from(
    { length: 15_000 },
    (_, i) => `${i} ${'abcdefghijklmnopqrstuvwxyz'.slice(i % 26)}\n`,
  );
  lines[7000] = `${note}\n`;
  writeFileSync(join(data, 'large.txt'), lines.join(''));
}

function filesIn(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(names.sort().map((name) => [name, sha256(readFileSync(join(folder, name)))]));
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
