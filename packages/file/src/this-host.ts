import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where the ids of processes mean what they mean to this one. */
export interface ProcessHost {
  /** Equal only where they do, as far as the system tells. */
  readonly name: string;
  /** Whether no other machine, container or boot can have that name. */
  readonly isCertain: boolean;
}

let host: ProcessHost | undefined;

/** On Linux a process id means something only within one boot and one process namespace, such as a container. */
export function thisHost(): ProcessHost {
  if (host === undefined) {
    const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
    const name = [hostname(), boot, namespace].filter((part) => part !== undefined).join(' ');
    host = { name, isCertain: boot !== undefined && namespace !== undefined };
  }
  return host;
}

/** Whether there is a process of that id on this host. */
export function isProcessAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's. ESRCH: it is not.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
