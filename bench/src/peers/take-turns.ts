import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSet, SetName } from '../data-sets/write-data-set.js';
import { measurePeer } from './measure-peer.js';
import type { Peer } from './peer.js';
import type { Taken } from './peer-report.js';
import { runCommand } from './run-command.js';
import type { Usage } from './usage.js';

export interface TurnsOptions {
  readonly peers: readonly Peer[];
  readonly sets: ReadonlyMap<SetName, DataSet>;
  readonly rounds: number;
  /** A folder for what the tools make of the data sets. */
  readonly work: string;
  /** Where programs are looked for. */
  readonly path: string;
  /** For one step of one tool, in seconds. A tool that was stopped or failed gets no other turn with that data set. */
  readonly limit: number;
}

/** In each round every tool takes every data set through its steps, so that a machine that slows down slows all of them. */
export async function takeTurns({ peers, sets, rounds, work, path, limit }: TurnsOptions): Promise<Taken[]> {
  const taken: Taken[] = [];
  const given = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    for (const [set, data] of sets) {
      await warmUp(data, work, limit);
      for (const peer of peers) {
        if (given.has(`${set} ${peer.name}`)) continue;
        console.log(`round ${round} of ${rounds}, ${set}: ${peer.name}`);
        const place = join(work, `${round}-${set}-${peer.name.replaceAll(' ', '')}`);
        for (const result of await measurePeer(peer, { set, data, work: place, path, limit })) {
          taken.push({ set, tool: peer.name, ...result });
          console.log(`  ${result.step}: ${'note' in result ? result.note : used(result.sample)}`);
          if ('note' in result) given.add(`${set} ${peer.name}`);
        }
        // A file system may take long to pass over what many files left behind, so those of the other sets stay until the end.
        if (set === 'B') rmSync(place, { recursive: true, force: true });
      }
    }
  }
  return taken;
}

function used({ cpuS, wallS, peakMB }: Usage): string {
  return `${cpuS} CPU-s, ${wallS} s, ${Math.round(peakMB)} MB`;
}

/** Reads all files, so that the first tool does not find them any colder than the others. */
async function warmUp({ first, second }: DataSet, cwd: string, limit: number): Promise<void> {
  const read = 'for folder; do find "$folder" -type f -exec cat {} + > /dev/null 2>&1; done; true';
  await runCommand(['sh', '-c', read, 'sh', first, second], { cwd, env: process.env, limit });
}
