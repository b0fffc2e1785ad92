/** What hints of the sdk and the server tell programs to do, and what is done here instead. */
const words: readonly (readonly [string, string])[] = [
  ['for await (const entry of version.entries())', 'cairn files REF'],
  ['api.runs()', 'cairn run list'],
  ['getPath(…).open()', 'cairn cat'],
  ['Pass { encryption: { key } }, or set CAIRN_ENCRYPTION_KEY_FILE', 'Set CAIRN_ENCRYPTION_KEY_FILE'],
  [
    'Send it as: Authorization: Bearer cairn_…',
    'Log in with: cairn login URL. A script has the key in CAIRN_API_KEY.',
  ],
  ['{ apiKey } or ', ''],
  ['pass { deleteAliases: true }', 'add --with-aliases'],
  ['pass { name } to choose another one', 'rename it, leave it out with --exclude, or name it with --path'],
  ['{ exclude }', '--exclude'],
  ['{ name }', '--path'],
  ['{ path }', '--path'],
];

/** A hint in the words of the command line. */
export function inCliWords(hint: string): string {
  return words.reduce((text, [from, to]) => text.replaceAll(from, to), hint);
}
