import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes three files, each worth a thread of its own, and gives them as sources. */
export function writeLargeFiles(folder) {
  return [1, 2, 3].map((i) => {
    const path = join(folder, `${i}`);
    writeFileSync(path, randomBytes(40 * 1024 * 1024));
    return { kind: 'path', path };
  });
}
