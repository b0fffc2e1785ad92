import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProject, type Project } from './project.js';
import { openRegistry, type Registry } from './registry.js';
import { restartablePort } from './restartable-port.js';

// The first hour of someone new, as far as it needs no browser, from what npm would install into an empty folder.

let registry: Registry;
let project: Project;

beforeAll(async () => {
  registry = await openRegistry();
  project = openProject(registry, { type: 'module' });
  await project.shell('npm i @cairn/cli @cairn/sdk');
});

afterAll(async () => {
  project.close();
  await registry.close();
});

/** Standard output of the command line, as `npx` starts it. */
const cairn = (args: string) => project.shell(`npx cairn ${args}`);

/** The same without npx, which takes longer than most commands. */
const installed = (args: string) => project.shell(`node_modules/.bin/cairn ${args}`);

/** How the command ends, and what it says. */
async function failure(args: string): Promise<string> {
  const said = await project.shell(`npx cairn ${args} 2>&1 || echo "exit $?"`);
  return said.trimEnd();
}

const script = `
import { Artifact, withRun } from '@cairn/sdk';
await withRun({ jobType: 'collect' }, async (run) => {
  const artifact = new Artifact('bike-dataset', { type: 'dataset', metadata: { rows: 120 } });
  await artifact.addDir('bikes');
  const { version, created, files } = await run.logArtifact(artifact);
  console.log(version, created, files.new, files.reused);
});
`;

test('a script logs a folder, and logging it again changes nothing', async () => {
  for (const name of ['a', 'b', 'c']) project.write(`bikes/${name}.txt`, `bike ${name}`);
  project.write('log.js', script);
  expect(await project.shell('node log.js')).toBe('v0 true 3 0\n');
  expect(await project.shell('node log.js')).toBe('v0 false 0 3\n');
  expect(await cairn('ls -q bike-dataset')).toBe('bike-dataset:v0\n');
});

test('a changed file makes a version, and diff names that file alone', async () => {
  project.write('bikes/b.txt', 'another bike');
  expect(await project.shell('node log.js')).toBe('v1 true 1 2\n');
  expect(await cairn('diff -q bike-dataset:v0 bike-dataset:v1')).toBe('b.txt\n');
});

test('put does the same from the command line, once it is said for which project', async () => {
  expect(await failure('put bikes -n bike-dataset')).toMatch(
    /config set project PROJECT --in-project\nexit 2$/,
  );
  await cairn('config set project default --in-project');
  expect(await cairn('put bikes -n bike-dataset -q')).toBe('bike-dataset:v1\n');
  project.write('model.json', '{}');
  expect(await cairn('put model.json -n bike-model -t model -a best -m accuracy=0.93 -q')).toBe(
    'bike-model:v0\n',
  );
});

test('a typo is answered with the name that was meant', async () => {
  const said = await failure('show bike-dateset:latest');
  expect(said).toContain('Did you mean "bike-dataset" (2 versions, latest → v1)');
  expect(said).toMatch(/exit 5$/);
});

test('queries and aliases find what they name', async () => {
  expect(await cairn('ls -q --where "metadata.rows>100"')).toBe('bike-dataset:v1\nbike-dataset:v0\n');
  await cairn('alias set bike-dataset:v0 good');
  expect(await cairn('alias ls bike-dataset')).toBe('bike-dataset\tgood\tv0\nbike-dataset\tlatest\tv1\n');
  expect(await cairn('ls -q --where alias:good')).toBe('bike-dataset:v0\n');
});

test('get makes the files, only what is missing the second time, and verify names what was damaged', async () => {
  await cairn('get bike-dataset:good out');
  await cairn('get bike-dataset:good out');
  expect(await cairn('cat bike-dataset:good b.txt')).toBe('bike b');
  writeFileSync(join(project.folder, 'out/b.txt'), 'bike B');
  const said = await failure('verify bike-dataset:good out');
  expect(said).toContain('b.txt');
  expect(said).toMatch(/exit 7$/);
  await cairn('get bike-dataset:good out');
  expect(await cairn('verify bike-dataset:good out -q')).toBe('');
});

test('pipes get plain, exact values', async () => {
  const listed = JSON.parse(await cairn('ls --json'));
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(['bike-dataset', 'bike-model']);
  expect(await project.shell('npx cairn ls | head -n 1')).toMatch(/^bike-dataset\tdataset\tv1\t/);
  expect(await cairn('--help')).toContain('Move:');
});

test('versions that nobody waited for are in the order of the loop', async () => {
  project.write(
    'loop.js',
    `import { Artifact, init } from '@cairn/sdk';
const run = await init({ jobType: 'train' });
for (let index = 0; index < 10; index++) {
  const artifact = new Artifact('loop', { type: 'result', metadata: { index } });
  await artifact.newFile('index.txt', String(index));
  run.logArtifact(artifact);
}
await run.finish();`,
  );
  await project.shell('node loop.js');
  const versions = JSON.parse(await cairn('ls loop --sort version --json=version,metadata'));
  expect(versions).toEqual(
    Array.from({ length: 10 }, (_, index) => ({ version: `v${index}`, metadata: { index } })),
  );
});

test('a reference notices that its source changed', async () => {
  project.write('elsewhere/large.csv', 'a,b');
  await cairn(`put "file://${project.folder}/elsewhere/large.csv" -n referred -q`);
  project.write('elsewhere/large.csv', 'a,b,c');
  const said = await failure('get referred referred-out');
  expect(said).toContain('[reference_changed]');
  expect(said).toMatch(/exit 7$/);
});

test('what was deleted comes back, and latest is where it was', async () => {
  expect(await failure('rm bike-dataset:v0 --with-aliases')).toMatch(/Add --yes.*\nexit 2$/);
  await installed('rm bike-dataset:v0 --with-aliases --yes');
  expect(await installed('log bike-dataset --deleted -q')).toBe('bike-dataset:v0\n');
  await installed('restore bike-dataset:v0');
  expect(await installed('ls -q bike-dataset')).toBe('bike-dataset:v1\nbike-dataset:v0\n');
  expect(await installed('show bike-dataset:latest --json=version')).toContain('"v1"');
});

describe('a server', () => {
  /** Starts one in the background, and waits until it says where it is. */
  async function serve(port: number): Promise<{ url: string; setupUrl: string | null }> {
    const program = `node_modules/.bin/cairn serve --data served --port ${port} --json=url,setupUrl -q`;
    return JSON.parse(
      await project.shell(
        `${program} > serve.json 2> serve.log & echo $! > serve.pid
        for i in $(seq 600); do
          grep '^}' serve.json > found 2> /dev/null && break
          kill -0 $(cat serve.pid) 2> /dev/null || break
          sleep 0.1
        done
        if [ -s found ]; then cat serve.json; else cat serve.log >&2; exit 1; fi`,
      ),
    );
  }
  const stop = () =>
    project.shell(
      'kill $(cat serve.pid) 2> /dev/null; while kill -0 $(cat serve.pid) 2> /dev/null; do sleep 0.1; done',
    );
  afterAll(() => stop());

  test('is one command; its link makes the first key; sync sends what was logged, and it outlives a restart', async () => {
    const port = await restartablePort();
    const { url, setupUrl } = await serve(port);
    expect(await installed(`login '${setupUrl}' --user ana --profile team`)).toContain('ana');
    expect(await installed('whoami --profile team')).toContain('ana');
    await installed('sync --profile team');
    const sent = await installed('ls bike-dataset -q --profile team');
    expect(sent).toBe('bike-dataset:v1\nbike-dataset:v0\n');
    expect(await installed('sync --profile team -q')).toBe('');
    await stop();
    expect(await failure('ls --profile team --timeout 1s')).toMatch(/exit 8$/);
    expect((await serve(port)).url).toBe(url);
    expect(await installed('ls bike-dataset -q --profile team')).toBe(sent);
    expect(await installed('cat bike-dataset:v0 b.txt --profile team')).toBe('bike b');
  });
});
