import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Acknowledged, acknowledged, checkStore } from './acknowledged.js';
import { report } from './report.js';
import { isFull } from './scale.js';

// A file system in a file, which is told to forget at once all that is not on its device yet, and to do nothing more.
// `commit=600` has it write nothing by itself, which is the worst case.

// The call that cuts lets an fdatasync that is under way answer that all went well: a loop of pwrite and fdatasync loses its
// last write by it in one cut of ten. So only what was said before the call counts as acknowledged.

const program = fileURLToPath(new URL('programs/log-versions.mjs', import.meta.url));
/** Says how long the file of the second argument is, then makes the call FS_IOC_SHUTDOWN, which flushes nothing. */
const cut = `import fcntl, os, struct, sys
print(os.stat(sys.argv[2]).st_size, flush=True)
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))`;

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-cuts-'));
  await mkdir(join(base, 'disk'));
  makeDisk();
});
afterEach(() => rm(base, { recursive: true }));

function makeDisk(): void {
  shell('rm -f image; truncate -s 96M image; mkfs.ext4 -q image');
}

function shell(script: string, env: NodeJS.ProcessEnv = {}): void {
  const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', `set -e; ${script}`], {
    cwd: base,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect([status, stderr]).toEqual([0, '']);
}

/**
 * Logs versions until the power is cut, which is some time after the first one was acknowledged or, if it is to be early, after
 * the start; and leaves what the disk has then in the folder `store`.
 */
async function logUntilCut(label: string, { fileSystem = '', isEarly = false }): Promise<Acknowledged[]> {
  const wait = isEarly ? '' : 'while [ ! -s said ] && kill -0 $pid; do sleep 0.02; done';
  shell(
    `
    mount -o loop,commit=600 image disk
    ${process.execPath} ${program} disk/store model 1000 ${label} 3000 > said 2> /dev/null & pid=$!
    ${wait}
    sleep ${Math.random() * 0.7}
    python3 -c '${cut}' disk said > length
    wait $pid || true
    umount disk
    mount -o loop image disk
    rm -rf store; if [ -d disk/store ]; then cp -r disk/store store; fi
    umount disk`,
    { CAIRN_TEST_FS: fileSystem },
  );
  const length = Number(await readFile(join(base, 'length'), 'utf8'));
  const said = (await readFile(join(base, 'said'))).subarray(0, length).toString();
  const lines = said.split('\n').slice(0, -1);
  return acknowledged({ lines: lines.map((line): unknown => JSON.parse(line)) });
}

function canCut(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const script = `
    d=$(mktemp -d); truncate -s 16M $d/image && mkfs.ext4 -q $d/image && mkdir $d/disk && mount -o loop $d/image $d/disk &&
    python3 -c '${cut}' $d/disk $d/image; status=$?; umount $d/disk; rm -r $d; exit $status`;
  return spawnSync('unshare', ['-m', 'sh', '-c', script]).status === 0;
}

const isPossible = canCut();
const title = isPossible ? '' : ' (skipped: needs root on Linux, a loop device and ext4)';
const cuts = isFull ? 300 : 6;

describe.skipIf(!isPossible)(`when the power is cut${title}`, () => {
  it(
    `every acknowledged version is there after each of ${cuts} cuts`,
    async () => {
      const known: Acknowledged[] = [];
      let onDisk: Acknowledged[] = [];
      for (let i = 0; i < cuts; i++) {
        // A disk of its own for some cuts together, so that it does not get full.
        if (i % 10 === 0) {
          makeDisk();
          onDisk = [];
        }
        const acknowledgedNow = await logUntilCut(`cut-${i}`, { isEarly: i % 3 === 2 });
        onDisk.push(...acknowledgedNow);
        known.push(...acknowledgedNow);
        if (onDisk.length > 0 || existsSync(join(base, 'store', 'FORMAT')))
          await checkStore(join(base, 'store'), onDisk);
      }
      expect(known.length).toBeGreaterThan(cuts);
      report('Acknowledged means kept', {
        'power cuts while versions are logged': cuts,
        'versions acknowledged before them': known.length,
        lost: 0,
      });
    },
    30_000 + cuts * 10_000,
  );

  it('and this test would notice if packs were not synced', async () => {
    let isLost = false;
    for (let i = 0; i < 5 && !isLost; i++) {
      makeDisk();
      const known = await logUntilCut('weak', { fileSystem: 'forgetful' });
      isLost = await checkStore(join(base, 'store'), known).then(
        () => false,
        () => true,
      );
    }
    expect(isLost).toBe(true);
  }, 120_000);
});
