import type { HttpFault, WireFault } from '../http-fault.js';
import type { HttpAnswer } from '../http-resource.js';
import type { S3Request } from './request.js';

/** What goes wrong with an answer: on the wire as with any HTTP server, or in S3's own words. */
export type S3Fault =
  | Exclude<HttpFault, { kind: 'status' | 'redirect' }>
  /** Refuses: `{ kind: 'error', status: 503, code: 'SlowDown' }`. Nothing is carried out. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** Makes another answer of the right one. */
  | { readonly kind: 'answer'; readonly change: (answer: HttpAnswer) => HttpAnswer }
  /** Does something before the right answer is made: changes an object between two requests, or waits. */
  | { readonly kind: 'call'; readonly run: () => void | Promise<void> };

const own: ReadonlySet<string> = new Set<S3Fault['kind']>(['error', 'answer', 'call', 'ignore-range']);

/** Whether it spoils the sending of an answer, whose request was carried out. */
export function isWireFault(fault: S3Fault): fault is WireFault {
  return !own.has(fault.kind);
}

export interface S3FaultOptions {
  /** Which operation, such as `GetObject`. Default: any. */
  readonly operation?: string | undefined;
  /** Default: any. */
  readonly key?: string | undefined;
  /** How many requests that fit are let through first. Default: 0. */
  readonly skip?: number | undefined;
  /** How many requests it spoils. Default: 1. */
  readonly times?: number | undefined;
}

interface Order {
  readonly fault: S3Fault;
  readonly operation: string | undefined;
  readonly key: string | undefined;
  skip: number;
  left: number;
}

/** What was ordered and not yet used up. */
export class S3Orders {
  readonly #orders: Order[] = [];

  add(fault: S3Fault, { operation, key, skip = 0, times = 1 }: S3FaultOptions = {}): void {
    this.#orders.push({ fault, operation, key, skip, left: times });
  }

  take(request: S3Request): S3Fault | undefined {
    const order = this.#orders.find(
      ({ operation, key }) =>
        (operation === undefined || operation === request.operation) &&
        (key === undefined || key === request.key),
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
