import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const packages = readdirSync(join(root, 'packages'))
  .map((name) => join('packages', name))
  .filter((folder) => existsSync(join(root, folder, 'package.json')));

test('no source file is longer than 400 lines', () => {
  const long = ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .flatMap((folder) => ['src', 'test'].map((part) => join(folder, part)))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !/\.test\.ts$/.test(file))
    .map((file) => ({
      file: file.slice(root.length),
      lines: readFileSync(file, 'utf8').split('\n').length - 1,
    }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

// npm has no workspace: protocol. A range that does not fit the local version silently installs the published one.
test('every @cairn package in the lock file is a link to its workspace', () => {
  const installed = Object.entries<{ link?: boolean }>(json('package-lock.json').packages)
    .filter(([path]) => /node_modules\/@cairn\/[^/]+$/.test(path))
    .filter(([, { link }]) => link !== true)
    .map(([path]) => path);
  expect(installed).toEqual([]);
});

test('the lock file names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/);
});

test('the conformance kit is a development dependency only', () => {
  const users = packages.filter(
    (folder) => '@cairn/conformance' in (json(`${folder}/package.json`).dependencies ?? {}),
  );
  expect(users).toEqual([]);
});

test('every entry of a package has a source, and tsconfig.base.json leads to it', () => {
  const paths: string[] = [
    ...readFileSync(join(root, 'tsconfig.base.json'), 'utf8').matchAll(/"(@cairn\/[^"]+)":/g),
  ].map(([, name]) => name ?? '');
  for (const folder of packages) {
    const { name, exports } = json(`${folder}/package.json`);
    for (const [entry, target] of Object.entries<{ default: string } | string>(exports)) {
      if (typeof target === 'string') continue;
      const source = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
      expect(existsSync(join(root, folder, source)), `${folder}/${source}`).toBe(true);
      if (entry !== '.') expect(paths).toContain(name + entry.slice(1));
    }
  }
});

// What it doesn't pack would come from the registry.
test('the Dockerfile packs the command line, both buckets and all of ours that they need', () => {
  const needed = new Set<string>();
  function need(name: string): void {
    if (needed.has(name)) return;
    needed.add(name);
    const { dependencies = {} } = json(`packages/${name}/package.json`);
    for (const dependency of Object.keys(dependencies)) {
      if (dependency.startsWith('@cairn/')) need(dependency.slice('@cairn/'.length));
    }
  }
  for (const name of ['cli', 's3', 'gs']) need(name);
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const packed = [...dockerfile.matchAll(/-w packages\/([\w-]+)/g)].map(([, name]) => name);
  expect(packed.toSorted()).toEqual([...needed].toSorted());
});

test('compose.yaml has the servers that the tests start, of their versions', () => {
  const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');
  for (const name of ['versitygw', 'fake-gcs-server']) {
    const [, version] = /'v([\d.]+)'/.exec(readFileSync(join(root, `testing/src/${name}.ts`), 'utf8')) ?? [];
    expect(compose).toMatch(new RegExp(`/${name}:v?${version}\\n`));
  }
});
