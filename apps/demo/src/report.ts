import type { LoggedVersion } from '@cairn/sdk';

/** Says what logging an artifact did. */
export function report(version: LoggedVersion<object>): void {
  const { created, files, bytes } = version;
  const address = `${version.name}:${version.version}`;
  const outcome = created
    ? `${files.new} new, ${files.reused} reused · ${bytes.new} B stored`
    : 'no change: the same content is already this version';
  console.log(`  ${address.padEnd(22)} ${outcome}`);
}
