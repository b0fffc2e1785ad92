import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { run } from './install.js';
import { s3Credentials } from './place.js';
import { freePort, type Program, type RunningServer, startServer } from './start-server.js';

const packages = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached'];
const stores = ['account', 'container', 'object'] as const;

/** OpenStack Swift with its S3 interface, in its parts: a proxy, three stores on one device, a cache. Installed by apt. */
export async function startSwift(): Promise<RunningServer> {
  const programs = ['/usr/bin/swift-proxy-server', '/usr/bin/swift-object-server', '/usr/bin/memcached'];
  if (!programs.every((path) => existsSync(path))) {
    run('apt-get', ['update', '-q']);
    const options = ['-qy', '--no-install-recommends'];
    run('apt-get', ['install', ...options, ...packages, 'python3-swift', 'python3-keystonemiddleware'], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  }
  return startServer(async (port, folder) => {
    const user = userInfo().username;
    const cachePort = await freePort();
    mkdirSync(join(folder, 'devices', 'd1'), { recursive: true });
    writeFileSync(
      join(folder, 'swift.conf'),
      ini({
        'swift-hash': { swift_hash_path_prefix: 'cairn', swift_hash_path_suffix: 'test' },
        'storage-policy:0': { name: 'default', default: 'yes' },
      }),
    );
    writeFileSync(join(folder, 'proxy-server.conf'), proxyConfig(port, folder, user, cachePort));
    const ports = new Map<string, number>();
    for (const store of stores) ports.set(store, await makeStore(store, folder, user));
    const env = { SWIFT_CONFIG_DIR: folder };
    const server = (name: string, port: number): Program => ({
      command: `/usr/bin/swift-${name}-server`,
      args: [join(folder, `${name}-server.conf`)],
      env,
      port,
    });
    const cache = {
      command: 'memcached',
      args: ['-u', user, '-l', '127.0.0.1', '-p', String(cachePort), '-U', '0'],
      port: cachePort,
    };
    return [cache, ...[...ports].map(([store, port]) => server(store, port)), server('proxy', port)];
  });
}

/** Configures one of the stores, with the ring that says that everything is on its only device. Returns its port. */
async function makeStore(name: (typeof stores)[number], folder: string, user: string): Promise<number> {
  const port = await freePort();
  writeFileSync(
    join(folder, `${name}-server.conf`),
    ini({
      DEFAULT: {
        bind_ip: '127.0.0.1',
        bind_port: String(port),
        user,
        swift_dir: folder,
        devices: join(folder, 'devices'),
        mount_check: 'false',
        workers: '0',
        fallocate_reserve: '0',
        recon_cache_path: folder,
      },
      'pipeline:main': { pipeline: `${name}-server` },
      [`app:${name}-server`]: { use: `egg:swift#${name}` },
    }),
  );
  const builder = join(folder, `${name}.builder`);
  run('swift-ring-builder', [builder, 'create', '4', '1', '0']);
  run('swift-ring-builder', [builder, 'add', `r1z1-127.0.0.1:${port}/d1`, '1']);
  run('swift-ring-builder', [builder, 'rebalance']);
  return port;
}

function proxyConfig(port: number, folder: string, user: string, cachePort: number): string {
  const { accessKeyId, secretAccessKey } = s3Credentials;
  const filters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    catch_errors: {},
    gatekeeper: {},
    cache: { use: 'egg:swift#memcache', memcache_servers: `127.0.0.1:${cachePort}` },
    listing_formats: {},
    s3api: { location: 'us-east-1', s3_acl: 'false' },
    tempauth: { [`user_${accessKeyId.replace(':', '_')}`]: `${secretAccessKey} .admin` },
    copy: {},
    slo: {},
    dlo: {},
    versioned_writes: { allow_versioned_writes: 'true', allow_object_versioning: 'true' },
    symlink: {},
  };
  return ini({
    DEFAULT: { bind_ip: '127.0.0.1', bind_port: String(port), user, swift_dir: folder, workers: '0' },
    'pipeline:main': { pipeline: `${Object.keys(filters).join(' ')} proxy-server` },
    'app:proxy-server': {
      use: 'egg:swift#proxy',
      account_autocreate: 'true',
      allow_account_management: 'true',
    },
    ...Object.fromEntries(
      Object.entries(filters).map(([name, options]) => [
        `filter:${name}`,
        { use: `egg:swift#${name}`, ...options },
      ]),
    ),
  });
}

function ini(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .map(
      ([name, options]) =>
        `[${name}]\n${Object.entries(options)
          .map((pair) => `${pair.join(' = ')}\n`)
          .join('')}`,
    )
    .join('\n');
}
