import { tmpdir } from 'node:os';
import type { Peer } from './peer.js';
import { runCommand } from './run-command.js';

export interface FoundPeers {
  readonly found: readonly Peer[];
  /** By their names: what they say that they are. */
  readonly versions: Readonly<Record<string, string>>;
  /** The names of the others. */
  readonly missing: readonly string[];
}

/** Which tools are on this machine. @throws When GNU time isn't, without which nothing can be measured. */
export async function findPeers(peers: readonly Peer[], path: string): Promise<FoundPeers> {
  const options = { cwd: tmpdir(), env: { ...process.env, PATH: path }, limit: 60 };
  if ((await runCommand(['true'], options)).kind !== 'done') {
    throw new Error('the bench needs GNU time (the package "time" of most systems)');
  }
  const found: Peer[] = [];
  const versions: Record<string, string> = {};
  const missing: string[] = [];
  for (const peer of peers) {
    const outcome = await runCommand(peer.probe, options);
    if (outcome.kind === 'done') {
      found.push(peer);
      versions[peer.name] = outcome.output.trim().split('\n')[0] ?? '';
    } else {
      missing.push(peer.name);
    }
  }
  return { found, versions, missing };
}
