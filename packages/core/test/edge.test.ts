import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from './edge-program.js';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** For a browser: with the hash backend that every runtime but Node gets. */
function bundle(entry: string, format: 'esm' | 'iife') {
  return build({
    absWorkingDir: folder,
    entryPoints: [entry],
    tsconfig: 'tsconfig.portable.json',
    platform: 'browser',
    format,
    globalName: 'program',
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
  });
}

describe('core for a browser', () => {
  let bundled: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    bundled = await bundle('src/index.ts', 'esm');
  });

  test('imports nothing, least of all a module of Node', () => {
    const { inputs, outputs } = bundled.metafile;
    const imports = [...Object.values(inputs), ...Object.values(outputs)].flatMap(({ imports }) => imports);
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter(({ external, path }) => external || path.startsWith('node:'))).toEqual([]);
    expect(Object.keys(inputs).filter((path) => /backend-node|@napi-rs/.test(path))).toEqual([]);
    expect(bundled.outputFiles[0]?.text).not.toMatch(/node:|@napi-rs|\brequire\(/);
  });

  test('is at most 40 KB, compressed', () => {
    const sizes = bundled.outputFiles.map(({ contents }) => gzipSync(contents).length);
    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThanOrEqual(40_000);
  });
});

test('a published package leads every runtime but Node to the portable backend', () => {
  const { imports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  expect(imports['#hash-backend']).toMatchObject({
    node: './dist/hash/backend-node.js',
    default: './dist/hash/backend-portable.js',
  });
});

test('core does the same in a runtime that has web globals only', async () => {
  const { outputFiles } = await bundle('test/edge-program.ts', 'iife');
  const context = createContext({
    TextEncoder,
    TextDecoder,
    AbortController,
    AbortSignal,
    URL,
    atob,
    btoa,
    crypto,
    console,
    Uint8Array, // that of TextEncoder: a runtime has only one
  });
  const globals = ['process', 'Buffer', 'require', 'global', 'setImmediate', 'setTimeout', 'fetch'];
  for (const name of globals) expect(runInContext(`typeof ${name}`, context), name).toBe('undefined');

  runInContext(`${outputFiles[0]?.text};globalThis.program = program`, context);
  const inEdge = await runInContext('program.run()', context);
  expect(JSON.parse(JSON.stringify(inEdge))).toEqual(JSON.parse(JSON.stringify(await run())));
  expect(inEdge).toMatchObject({ changes: ['removed', 'added'], error: 'not_found', scheme: 's3' });
});
