import type { Command } from '../command.js';
import { teamOptions } from './team-options.js';

/** Commands about servers, and who one is to them. */
export const serveCommands: readonly Command[] = [
  {
    name: 'serve',
    group: 'Serve',
    summary: 'serve the store to others',
    description:
      'The first line on stdout is the URL. As long as there is no admin, a link is shown by which the first key is made, once. What happens is written to stderr as JSON.',
    options: [
      {
        flags: '--data <folder>',
        summary: 'the store to serve (default: the one that commands work with)',
        completes: 'file',
      },
      ...teamOptions,
      {
        flags: '--no-direct',
        summary: 'send large files through the server, too, not straight from and to that bucket',
      },
      { flags: '--port <port>', summary: 'where to listen; 0 takes any that is free (default: 8787)' },
      {
        flags: '--bind <address>',
        summary: 'which address to listen at (default: 127.0.0.1, this machine only)',
      },
      { flags: '--base-path <path>', summary: 'what comes before all paths, such as /artifacts' },
      {
        flags: '--trust-proxy <address>',
        summary: 'an address or network whose X-Forwarded-For is believed',
        many: true,
      },
      { flags: '--tls-cert <file>', summary: 'a certificate, as PEM', completes: 'file' },
      { flags: '--tls-key <file>', summary: 'its key, as PEM', completes: 'file' },
      {
        flags: '--key-rate <rate>',
        summary:
          'how many requests one key may make: so many a second and so many at once, such as 100/500 (default: 10000/20000)',
      },
      {
        flags: '--address-rate <rate>',
        summary: 'the same for one address that shows no key that is known (default: 50/200)',
      },
      { flags: '--max-uploads <count>', summary: 'how many uploads there may be at once (default: 1024)' },
      {
        flags: '--max-uploads-per-key <count>',
        summary: 'how many of them with one key (default: three quarters)',
      },
      { flags: '--max-entries <count>', summary: 'how many entries a version may have (default: 1000000)' },
      { flags: '--no-keys', summary: 'let everybody in; only for this machine' },
    ],
    examples: [
      { does: 'In an empty folder', line: 'cairn serve' },
      {
        does: 'For others, behind a proxy',
        line: 'cairn serve --data /srv/cairn --bind 0.0.0.0 --trust-proxy 10.0.0.0/8',
      },
      {
        does: 'One of several over the same database and bucket',
        line: 'cairn serve --bind 0.0.0.0 --bucket s3://acme-cairn/store --database postgres://cairn@db.example.com/cairn',
      },
    ],
    json: [{ shape: 'record', of: 'server' }],
    habits: ['server', 'start', 'up'],
    load: () => import('../commands/serve.js'),
  },
  {
    name: 'login',
    group: 'Serve',
    summary: 'remember a server and a key for it, once the key is known to be good',
    description:
      'The key is asked for, or read from stdin with --with-token. The link that a new server shows makes the first key. Both are kept in the profile of the user, in a file that only the user can read.',
    args: [
      { name: 'server', summary: 'its URL, or the link of a new one (default: the store)', optional: true },
    ],
    options: [
      { flags: '--with-token', summary: 'read the key from stdin' },
      { flags: '--user <name>', summary: 'with the link of a new server, what its first user is called' },
    ],
    examples: [
      { does: 'Asks for the key', line: 'cairn login https://cairn.example.com' },
      { does: 'In a script', line: 'cairn login https://cairn.example.com --with-token < key.txt' },
    ],
    json: [{ shape: 'record', of: 'identity' }],
    habits: ['auth', 'signin'],
    load: () => import('../commands/login.js'),
  },
  {
    name: 'logout',
    group: 'Serve',
    summary: 'forget the key of the profile',
    examples: [{ does: 'Of another profile', line: 'cairn logout --profile big' }],
    habits: ['signout'],
    load: () => import('../commands/logout.js'),
  },
  {
    name: 'whoami',
    group: 'Serve',
    summary: 'say who one is to the server, and what the key opens',
    examples: [{ does: 'Before a command that matters', line: 'cairn whoami' }],
    json: [{ shape: 'record', of: 'identity' }],
    load: () => import('../commands/whoami.js'),
  },
  {
    name: 'key create',
    group: 'Serve',
    summary: 'make a key, and print its secret this once',
    args: [{ name: 'name', summary: 'what to call it, such as ci' }],
    options: [
      {
        flags: '--scope <scope>',
        summary:
          '[entity/]project:role, with the role read, write or admin; entity/* for all of its projects, * for everything',
        many: true,
      },
      { flags: '--user <name>', summary: 'whose it is (default: who asks)' },
      { flags: '--expires <time>', summary: 'after how long it ends, such as 90d (default: never)' },
    ],
    examples: [
      { does: 'For a machine that logs', line: 'cairn key create ci --scope acme/bikes:write --expires 90d' },
    ],
    json: [{ shape: 'record', of: 'created key' }],
    habits: ['token', 'apikey'],
    load: () => import('../commands/key-create.js'),
  },
  {
    name: 'key list',
    group: 'Serve',
    summary: 'list keys; for server admins those of everybody',
    options: [{ flags: '--user <name>', summary: 'only those of this user' }],
    examples: [{ does: 'Which are still in use', line: 'cairn key list' }],
    json: [{ shape: 'list', of: 'key' }],
    load: () => import('../commands/key-list.js'),
  },
  {
    name: 'key revoke',
    group: 'Serve',
    summary: 'end a key at once',
    args: [{ name: 'id', summary: 'its id, as key list prints it' }],
    examples: [{ does: 'One that leaked', line: 'cairn key revoke k3f9 --yes' }],
    json: [{ shape: 'record', of: 'key' }],
    load: () => import('../commands/key-revoke.js'),
  },
];
