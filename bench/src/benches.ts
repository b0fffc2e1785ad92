import type { Bench, Row, Sample } from './bench.js';

const atMost = (label: string, value: number, unit: string, bar: number): Row => ({
  label,
  value,
  unit,
  bar: { atMost: bar },
});
const atLeast = (label: string, value: number, unit: string, bar: number): Row => ({
  label,
  value,
  unit,
  bar: { atLeast: bar },
});
const exactly = (label: string, value: number, unit: string, bar: number): Row => ({
  label,
  value,
  unit,
  bar: { exactly: bar },
});

/** A sample, or one of its metrics, that must be there. */
function sample(of: Readonly<Record<string, Sample>>, program: string): Sample {
  const found = of[program];
  if (found === undefined) throw new Error(`there is no program ${program}`);
  return found;
}

function metric(of: Readonly<Record<string, Sample>>, program: string, name: string): number {
  const found = sample(of, program).metrics[name];
  if (found === undefined) throw new Error(`the program ${program} does not measure ${name}`);
  return found;
}

/** Of downloading a prefix; those that are not on this machine are left out. */
const ways = ['cairn', 'loop', 'aws', 'rclone'];

export const benches: readonly Bench[] = [
  {
    name: 'import',
    programs: { bare: { file: 'nothing' }, sdk: { file: 'import-sdk' } },
    rows: (of) => [
      atMost(
        'import @cairn/sdk, over bare Node',
        sample(of, 'sdk').wallMs - sample(of, 'bare').wallMs,
        'ms',
        80,
      ),
    ],
  },
  {
    name: 'cli',
    setup: { file: 'fill-collections', args: ['1000'] },
    programs: {
      version: { file: 'run-cairn', args: ['--version'] },
      ls: { file: 'run-cairn', args: ['ls'] },
    },
    rows: (of) => [
      atMost('cairn --version', metric(of, 'version', 'cpu'), 'CPU-ms', 80),
      atMost('cairn ls of 1,000 collections', metric(of, 'ls', 'cpu'), 'CPU-ms', 200),
      exactly('… lines', metric(of, 'ls', 'lines'), '', 1000),
    ],
  },
  {
    name: 'put-and-get',
    runs: 1,
    setup: { file: 'write-files', args: ['1', String(5 * 2 ** 30)] },
    programs: {
      sdk: { file: 'put-and-get', args: ['sdk', 'A-1/first'] },
      cli: { file: 'put-and-get', args: ['cli', 'A-1/first'] },
      large: { file: 'put-and-get', args: ['cli', 'large'] },
    },
    rows: (of) => [
      atMost(
        'cairn put of 100,000 files, CPU over that of the sdk',
        metric(of, 'cli', 'putCpu') / metric(of, 'sdk', 'putCpu'),
        '×',
        1.1,
      ),
      atMost('… cairn get', metric(of, 'cli', 'getCpu') / metric(of, 'sdk', 'getCpu'), '×', 1.1),
      atMost('cairn put of a file of 5 GiB, peak memory', metric(of, 'large', 'putPeak'), 'MB', 200),
      atMost('… cairn get', metric(of, 'large', 'getPeak'), 'MB', 200),
    ],
  },
  {
    name: 'size',
    runs: 1,
    programs: { core: { file: 'core-size' } },
    rows: (of) => [
      atMost('core, packed', metric(of, 'core', 'tarball') / 1000, 'KB', 60),
      atMost('core in a browser, gzipped', metric(of, 'core', 'browser') / 1000, 'KB', 40),
    ],
  },
  {
    name: 'manifest',
    programs: {
      build: { file: 'build-manifest', args: ['100000'] },
      read: { file: 'read-manifest', args: ['100000'] },
    },
    rows: (of) => [
      atMost(
        'build and digest 100,000 entries, whole process',
        sample(of, 'build').cpuMs / 1000,
        'CPU-s',
        1.5,
      ),
      atMost('open 100,000 entries and read a page', metric(of, 'read', 'page'), 'ms', 20),
      atMost('diff of 100 in 100,000, spread out', metric(of, 'read', 'spread'), 'ms', 50),
      atMost('diff of 100 in 100,000, in one place', metric(of, 'read', 'together'), 'ms', 50),
    ],
  },
  {
    name: 'large-manifest',
    programs: {
      alone: { file: 'build-large-manifest', args: ['1000000', 'alone'] },
      stored: { file: 'build-large-manifest', args: ['1000000', 'stored'] },
    },
    rows: (of) => [
      atMost('build 1,000,000 entries, peak memory', sample(of, 'alone').peakMB, 'MB', 400),
      atMost('… and store it on disk', sample(of, 'stored').peakMB, 'MB', 400),
    ],
  },
  {
    name: 'catalog',
    setup: { file: 'fill-catalog', args: ['100000'] },
    programs: { catalog: { file: 'use-catalog', args: ['100000'] } },
    rows: (of) => [
      atMost('resolve name:alias among 100,000 versions, p50', metric(of, 'catalog', 'resolve'), 'ms', 1),
      atMost('durable commit over a bare transaction, p50', metric(of, 'catalog', 'ratio'), '×', 2),
    ],
  },
  {
    name: 'server',
    setup: { file: 'fill-catalog', args: ['10000'] },
    programs: { server: { file: 'ask-server', args: ['16', '3000'] } },
    rows: (of) => [
      atLeast(
        'resolve name:alias over HTTP with a key, 16 connections',
        metric(of, 'server', 'perSecond'),
        '/s',
        3000,
      ),
      atMost('… at half that, 1,500/s, p99', metric(of, 'server', 'p99'), 'ms', 20),
      atMost('… from its start to its first answer', metric(of, 'server', 'coldStart'), 'ms', 700),
      atMost('… memory of the server when idle', metric(of, 'server', 'idleMB'), 'MB', 150),
    ],
  },
  {
    name: 'remote',
    runs: 1,
    setup: { file: 'write-files', args: ['1', String(5 * 2 ** 30)] },
    programs: {
      folder: { file: 'log-and-fetch', args: ['folder', 'A-1/first'] },
      server: { file: 'log-and-fetch', args: ['server', 'A-1/first'] },
      large: { file: 'log-and-fetch', args: ['server', 'large'] },
    },
    rows: (of) => [
      atMost(
        'log 100,000 files to an empty server, CPU of both sides over that of logging to a folder',
        metric(of, 'server', 'logCpu') / metric(of, 'folder', 'logCpu'),
        '×',
        2,
      ),
      atMost('… requests', metric(of, 'server', 'logRequests'), '', 60),
      atMost('… again, unchanged: requests', metric(of, 'server', 'againRequests'), '', 5),
      exactly('… a second download: requests', metric(of, 'server', 'warmRequests'), '', 1),
      atMost('a file of 5 GiB up and down, peak memory of the client', sample(of, 'large').peakMB, 'MB', 250),
      atMost('… of the server', metric(of, 'large', 'serverPeakMB'), 'MB', 250),
    ],
  },
  {
    name: 'concurrency',
    programs: {
      different: { file: 'log-together', args: ['different', '64', '50'] },
      same: { file: 'log-together', args: ['same', '64', '50'] },
    },
    rows: (of) => [
      exactly('64 processes × 50 contents: versions', metric(of, 'different', 'versions'), '', 3200),
      exactly('… gaps in their numbers', metric(of, 'different', 'gaps'), '', 0),
      exactly('… numbers given twice', metric(of, 'different', 'duplicates'), '', 0),
      exactly('… errors', metric(of, 'different', 'errors'), '', 0),
      exactly('64 processes × 50 times one content: versions', metric(of, 'same', 'versions'), '', 1),
      exactly('… errors', metric(of, 'same', 'errors'), '', 0),
    ],
  },
  {
    name: 'slow-clients',
    runs: 1,
    programs: { beside: { file: 'ask-beside-slow', args: ['500', '5'] } },
    rows: (of) => [
      atMost(
        'a client beside 500 that take or send 1 KiB a second: time over that alone',
        metric(of, 'beside', 'ratio'),
        '×',
        2,
      ),
      atLeast('… requests that are still going on afterwards', metric(of, 'beside', 'inProgress'), '', 500),
      exactly('… slow clients whose connection was ended', metric(of, 'beside', 'broken'), '', 0),
    ],
  },
  {
    name: 'team',
    runs: 1,
    programs: { crashing: { file: 'log-as-team', args: ['8', '8', '50'] } },
    rows: (of) => [
      exactly(
        '64 clients × 50 contents over 4 servers, of which one crashes every 5 s: versions',
        metric(of, 'crashing', 'versions'),
        '',
        3200,
      ),
      exactly('… gaps in their numbers', metric(of, 'crashing', 'gaps'), '', 0),
      exactly('… numbers given twice', metric(of, 'crashing', 'duplicates'), '', 0),
      exactly('… errors', metric(of, 'crashing', 'errors'), '', 0),
      exactly('… calls that were never answered', metric(of, 'crashing', 'unacknowledged'), '', 0),
      exactly('… with other contents than were logged', metric(of, 'crashing', 'wrong'), '', 0),
      exactly('… problems that a verification finds', metric(of, 'crashing', 'problems'), '', 0),
      exactly('… restarts of PostgreSQL meanwhile', metric(of, 'crashing', 'restarts'), '', 1),
      atLeast('… crashes meanwhile', metric(of, 'crashing', 'crashes'), '', 4),
    ],
  },
  {
    name: 's3-prefix',
    programs: {
      plain: { file: 'list-prefix', args: ['10000', 'plain'] },
      versioned: { file: 'list-prefix', args: ['10000', 'versioned'] },
    },
    rows: (of) =>
      ['plain', 'versioned'].flatMap((bucket) => [
        exactly(`a prefix of 10,000 objects, ${bucket}: list requests`, metric(of, bucket, 'lists'), '', 10),
        exactly('… other requests', metric(of, bucket, 'others'), '', 0),
        atMost('… time over bare list calls', metric(of, bucket, 'ratio'), '×', 2),
      ]),
  },
  {
    name: 's3-large-prefix',
    runs: 1,
    programs: { refer: { file: 'refer-to-prefix', args: ['1000000'] } },
    rows: (of) => [
      exactly('1,000,000 listed objects in a manifest', metric(of, 'refer', 'entryCount'), '', 1_000_000),
      atMost('… peak memory', sample(of, 'refer').peakMB, 'MB', 400),
    ],
  },
  {
    name: 's3-download',
    programs: Object.fromEntries(
      [...ways, 'cairn versioned'].map((way) => {
        const [name = '', versioning = 'plain'] = way.split(' ');
        return [way, { file: 'download-objects', args: [name, versioning, '2000', '50000', '20', '8'] }];
      }),
    ),
    rows: (of) => {
      const others = ways.filter((way) => way !== 'cairn' && of[way]?.metrics.first !== undefined);
      const best = Math.min(...others.map((way) => metric(of, way, 'first')));
      return ['cairn', 'cairn versioned'].flatMap((way) => [
        atMost(
          `2,000 objects of 50 KB, 20 ms away, ${way}: time over the best of ${others.join(', ')}`,
          metric(of, way, 'first') / best,
          '×',
          1.3,
        ),
        atMost('… connections at once', metric(of, way, 'connections'), '', 8),
        exactly('… requests', metric(of, way, 'requests'), '', 2000),
        exactly('… requests of a second download', metric(of, way, 'asked'), '', 0),
      ]);
    },
  },
  {
    name: 'gc',
    runs: 1,
    setup: { file: 'fill-store', args: ['1000000'] },
    programs: { collect: { file: 'collect-garbage', args: ['4'] } },
    rows: (of) => [
      atMost(
        'gc of 1,000,000 blobs, 10 % dead, beside 4 writers',
        metric(of, 'collect', 'elapsed') / 1000,
        's',
        120,
      ),
      atMost('… peak memory, of a verification too', sample(of, 'collect').peakMB, 'MB', 500),
      exactly('… stores that are whole afterwards', metric(of, 'collect', 'isWhole'), '', 1),
    ],
  },
];
