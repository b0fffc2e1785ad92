import { DigestSet } from '../packs/digest-set.js';
import type { Port, SharedPorts } from '../threads/ports.js';

/** Where work can be done. */
export interface Need {
  /** Whether it has to be in this thread, as for what is in memory. */
  readonly isLocal: boolean;
  /** How much it is, in bytes. */
  readonly size: number;
}

/** What is worth a worker by itself, in bytes. */
const worthAWorker = 32 * 1024 * 1024;

/** How many jobs this thread does before it calls for workers, which take some time to start. */
const jobsAlone = 2;

interface Held {
  readonly isWorker: boolean;
  isBusy: boolean;
  /** What is in its unfinished pack. */
  readonly claims: DigestSet;
}

/** The ports that one call holds until its end. Each may have a pack in hand. */
export class HeldPorts {
  readonly #shared: SharedPorts;
  readonly #held = new Map<Port, Held>();
  #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(shared: SharedPorts) {
    this.#shared = shared;
  }

  /** Waits for a port: one of this thread for a little work, else a worker. */
  async take(need: Need): Promise<Port> {
    for (;;) {
      const port = this.#free(need);
      if (port !== undefined) {
        this.#taken++;
        return port;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  leave(port: Port): void {
    (this.#held.get(port) as Held).isBusy = false;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Notes that a record goes into the pack of a port; `false` if it is in the pack of one already. */
  claim(port: Port, digest: Uint8Array): boolean {
    for (const { claims } of this.#held.values()) if (claims.has(digest)) return false;
    this.#held.get(port)?.claims.add(digest);
    return true;
  }

  /** Forgets the claims of a port, whose pack has its rows now. */
  release(port: Port): void {
    // Not a new set: what it outgrows until it is as large again would wait in memory to be collected.
    this.#held.get(port)?.claims.clear();
  }

  all(): Port[] {
    return [...this.#held.keys()];
  }

  async end(): Promise<void> {
    for (const port of this.#held.keys()) {
      // A worker that died has nothing to abandon.
      await Promise.resolve(port.abandon()).catch(() => undefined);
      this.#shared.giveBack(port);
    }
    this.#held.clear();
  }

  #free({ isLocal, size }: Need): Port | undefined {
    const local = this.#find(false);
    if (isLocal) return this.#use(local) ?? this.#addLocal();
    const worker = this.#use(this.#find(true));
    if (worker !== undefined) return worker;
    if (size >= worthAWorker || this.#shared.hasWorkers || this.#taken >= jobsAlone) {
      const added = this.#shared.takeWorker();
      if (added !== undefined) return this.#add(added, true);
    }
    if (this.#find(true) !== undefined) return undefined;
    return this.#use(local) ?? this.#addLocal();
  }

  /** One that is idle, or else any. */
  #find(isWorker: boolean): [Port, Held] | undefined {
    const all = [...this.#held].filter(([, held]) => held.isWorker === isWorker);
    return all.find(([, held]) => !held.isBusy) ?? all[0];
  }

  #use(found: [Port, Held] | undefined): Port | undefined {
    if (found === undefined || found[1].isBusy) return undefined;
    found[1].isBusy = true;
    return found[0];
  }

  #addLocal(): Port | undefined {
    return this.#find(false) === undefined ? this.#add(this.#shared.takeLocal(), false) : undefined;
  }

  #add(port: Port, isWorker: boolean): Port {
    this.#held.set(port, { isWorker, isBusy: true, claims: newClaims() });
    return port;
  }
}

/** All of a digest is compared: taking one for another would lose bytes. */
function newClaims(): DigestSet {
  return new DigestSet(32);
}
