import { CairnError } from '@cairn/core';

/** @throws CairnError `quota_exceeded` for a version of more entries than a server takes. */
export function checkEntryCount(count: number, most: number): void {
  if (count <= most) return;
  throw new CairnError(
    'quota_exceeded',
    `${count} entries are more than the ${most} that this server takes`,
    {
      hint: 'Log them as several artifacts, or ask whoever runs the server for a higher limit.',
    },
  );
}
