// Makes a fresh clone runnable: checks Node's version, then installs the locked dependencies if what is
// in node_modules differs. Does nothing, in a few milliseconds, when all is well. No dependencies.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Cairn needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

const reason = outdated();
if (reason) {
  console.log(`Installing dependencies (${reason}); this takes about a minute.`);
  process.exitCode = await npmCi();
}

/** Compares the lock file with npm's own record of what it installed. npm writes that last, so a broken-off install has none. */
function outdated() {
  const wanted = packagesIn('package-lock.json');
  const installed = packagesIn('node_modules/.package-lock.json');
  if (!wanted) return 'no package-lock.json';
  if (!installed) return 'node_modules is missing or incomplete';
  for (const [path, { version, link, optional, devOptional }] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || optional || devOptional) continue;
    const found = installed[path];
    if (!found || found.version !== version || found.link !== link)
      return `${path} differs from package-lock.json`;
  }
  return undefined;
}

/** @param {string} file @returns {Record<string, any> | undefined} */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns {Promise<number>} npm's exit code */
function npmCi() {
  const npm = process.env.npm_execpath;
  const child = npm
    ? spawn(process.execPath, [npm, 'ci'], { cwd: root, stdio: 'inherit' })
    : spawn('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  const started = Date.now();
  // npm draws its own progress on a terminal and is silent elsewhere.
  const progress = setInterval(() => {
    if (!process.stderr.isTTY)
      console.log(`  still installing, ${Math.round((Date.now() - started) / 1000)} s`);
  }, 10_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(progress);
      resolve(code ?? 1);
    });
  });
}
