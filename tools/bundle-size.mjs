// Fails when a package outgrows its budget: `node tools/bundle-size.mjs [--json] [folder…]`, all budgets without a folder.
// With --json it prints the sizes in bytes.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** KB are 1,000 bytes. `browser` is what a page downloads: bundled, minified and gzipped. `tarball` is what npm downloads. */
const budgets = [{ folder: 'packages/core', browser: 40, tarball: 60 }];

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const wanted = args.filter((arg) => arg !== '--json').map((folder) => resolve(folder));
const sizes = [];

for (const { folder, browser, tarball } of budgets) {
  const path = join(root, folder);
  if (wanted.length > 0 && !wanted.includes(path)) continue;
  const size = { folder, browser: await browserBytes(path), tarball: tarballBytes(path) };
  sizes.push(size);
  report(`${folder} in a browser`, size.browser, browser);
  report(`${folder} tarball`, size.tarball, tarball);
}
if (args.includes('--json')) console.log(JSON.stringify(sizes));

/** @param {string} what @param {number} bytes @param {number} budget */
function report(what, bytes, budget) {
  const over = bytes > budget * 1000;
  if (!args.includes('--json'))
    console.log(`${over ? 'over budget:' : 'ok:'} ${what} ${(bytes / 1000).toFixed(1)} of ${budget} KB`);
  if (over) process.exitCode = 1;
}

/** @param {string} folder */
async function browserBytes(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const result = await build({
    entryPoints: [join(folder, exports['.'].default)],
    platform: 'browser',
    format: 'esm',
    bundle: true,
    minify: true,
    write: false,
    tsconfigRaw: {}, // tsconfig.base.json leads to the sources; measure what is published
  });
  return result.outputFiles.reduce((sum, file) => sum + gzipSync(file.contents).length, 0);
}

/** @param {string} folder */
function tarballBytes(folder) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = {
    cwd: folder,
    encoding: /** @type {const} */ ('utf8'),
    shell: process.platform === 'win32',
  };
  const [packed] = JSON.parse(
    execFileSync(npm, ['pack', '--dry-run', '--json', '--loglevel=error'], options),
  );
  return packed.size;
}
