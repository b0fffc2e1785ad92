import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// The gate of the repository measures; it has the same budgets, and fails when they are not kept.
const tool = fileURLToPath(new URL('../../../tools/bundle-size.mjs', import.meta.url));
const core = fileURLToPath(new URL('../../../packages/core', import.meta.url));
const { stdout } = spawnSync(process.execPath, [tool, '--json', core], { encoding: 'utf8' });
const [sizes] = JSON.parse(stdout);
console.log(JSON.stringify({ tarball: sizes.tarball, browser: sizes.browser }));
