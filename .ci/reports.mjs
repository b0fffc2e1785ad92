import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What vitest left in a folder and those in it: a report for each of its runs. */
export function readReports(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}
