import type { HttpFault, WireFault } from '../http-fault.js';
import type { HttpAnswer } from '../http-resource.js';
import type { GcsRequest } from './request.js';

/** What goes wrong with an answer: on the wire as with any HTTP server, or in the words of Cloud Storage. */
export type GcsFault =
  | Exclude<HttpFault, { kind: 'status' | 'redirect' }>
  /** Refuses: `{ kind: 'error', status: 503, reason: 'backendError' }`. Nothing is carried out. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly reason: string;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** Makes another answer of the right one. */
  | { readonly kind: 'answer'; readonly change: (answer: HttpAnswer) => HttpAnswer }
  /** Does something before the right answer is made: changes an object between two requests, or waits. */
  | { readonly kind: 'call'; readonly run: () => void | Promise<void> };

const own: ReadonlySet<string> = new Set<GcsFault['kind']>(['error', 'answer', 'call', 'ignore-range']);

/** Whether it spoils the sending of an answer, whose request was carried out. */
export function isWireFault(fault: GcsFault): fault is WireFault {
  return !own.has(fault.kind);
}

export interface GcsFaultOptions {
  /** Which operation, such as `objects.media`. Default: any. */
  readonly operation?: string | undefined;
  /** Default: any. */
  readonly object?: string | undefined;
  /** How many requests that fit are let through first. Default: 0. */
  readonly skip?: number | undefined;
  /** How many requests it spoils. Default: 1. */
  readonly times?: number | undefined;
}

interface Order {
  readonly fault: GcsFault;
  readonly operation: string | undefined;
  readonly object: string | undefined;
  skip: number;
  left: number;
}

/** What was ordered and not yet used up. */
export class GcsOrders {
  readonly #orders: Order[] = [];

  add(fault: GcsFault, { operation, object, skip = 0, times = 1 }: GcsFaultOptions = {}): void {
    this.#orders.push({ fault, operation, object, skip, left: times });
  }

  take(request: GcsRequest): GcsFault | undefined {
    const order = this.#orders.find(
      ({ operation, object }) =>
        (operation === undefined || operation === request.operation) &&
        (object === undefined || object === request.object),
    );
    if (order === undefined) return undefined;
    if (order.skip > 0) {
      order.skip -= 1;
      return undefined;
    }
    order.left -= 1;
    if (order.left === 0) this.#orders.splice(this.#orders.indexOf(order), 1);
    return order.fault;
  }
}
