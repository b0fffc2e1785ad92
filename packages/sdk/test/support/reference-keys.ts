/** With `odd-keys/` before it, 1,024 bytes. */
export const longest: string = `${'d'.repeat(200)}/`.repeat(5).padEnd(1015, 'x');
/** Names of objects that look like parts of a URI or a path, and are none. */
export const objectKeys: readonly string[] = [
  ...[
    'sp ace',
    ' lead',
    'plus+',
    'pct%20x',
    '%',
    'hash#x',
    'hash#17',
    'hash#url',
    'q?x=1&y',
    'é',
    'e\u0301',
    '🙂',
  ],
  ...[
    'k?versionId=v',
    'k?encoding-type=url',
    'dbl//slash',
    '/lead',
    'slash/',
    'a/../b',
    'tab\tx',
    'back\\slash',
  ],
  longest,
];
/** What follows an origin in URLs. */
export const urlKeys: readonly string[] = [
  ...[
    'sp%20ace',
    'plus+',
    'pct%2520x',
    'hash%23x',
    'q?x=1&y=%2F',
    'q?',
    '%C3%A9',
    '🙂',
    '%F0%9F%99%82x',
    "it's(1)!",
  ],
  ...['dbl//slash', 'slash/', 'a;b=c', longest],
];
