import { CairnError, quote } from '@cairn/core';

/** Names of devices, also with an extension, in any case; `¹²³` count as digits there. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i;

/**
 * Checks that a valid entry path names the very file it seems to name on a system, before anything is made of it there.
 * Windows takes `nul`, `a.` and `a:b` for something else: the null device, `a`, and a hidden part of `a`. Returns it
 * unchanged; elsewhere every entry path will do.
 *
 * @throws CairnError `path_invalid`.
 */
export function checkLocalPath(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return path;
  const segment = path.split('/').find((name) => /[<>:"|?*]|[. ]$/.test(name) || device.test(name));
  if (segment === undefined) return path;
  throw new CairnError(
    'path_invalid',
    `Windows can't have a file ${quote(path)}: ${quote(segment)} means something else`,
    {
      hint: 'Download it on another system, or log the artifact with another name for it.',
    },
  );
}
