import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunOwner } from '@cairn/core';

let host: string | undefined;

/** This process, as the owner of the runs it starts. */
export function thisProcess(): RunOwner {
  host ??= describeHost();
  return { host, pid: process.pid };
}

/** Whether the process of a run is alive; `undefined` when it is one of another machine, container or boot. */
export function isOwnerAlive(owner: RunOwner): boolean | undefined {
  if (owner.host !== thisProcess().host) return undefined;
  try {
    return process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's. ESRCH: it is not.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** On Linux a process id means something only within one boot and one process namespace, such as a container. */
function describeHost(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, namespace].filter((part) => part !== undefined).join(' ');
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
