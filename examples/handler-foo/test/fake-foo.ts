import type { HandlerFixture } from '@cairn/conformance';
import { compareUtf8 } from '@cairn/core';
import type { FooClient, FooObject } from '../src/index.js';

/** A Foo service in memory, and what makes things happen there. It keeps every version of every object. */
export function fakeFoo(): { client: FooClient } & Omit<HandlerFixture, 'handler'> {
  const newest = new Map<string, FooObject>();
  const contents: Uint8Array[] = [];
  const forbidden = new Set<string>();
  const cut = new Set<string>();
  let reachable = true;
  let listable = true;

  function check(key: string): void {
    if (!reachable) throw new Error('the connection was refused');
    if (forbidden.has(key)) throw Object.assign(new Error('not for you'), { status: 403 });
  }

  function put(key: string, bytes: Uint8Array): string {
    const version = String(contents.push(bytes) - 1);
    newest.set(key, { key, version, etag: `"${version}"`, size: bytes.length });
    return `foo://${key}`;
  }

  const client: FooClient = {
    async stat(key) {
      check(key);
      return newest.get(key);
    },
    async *list(prefix) {
      yield { key: prefix, version: 'marker', etag: '""', size: 0 }; // as Foo's own tools leave one in every folder
      const keys = [...newest.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
      for (const [n, key] of keys.entries()) {
        if (!listable && n === 3) throw Object.assign(new Error('the next page failed'), { status: 500 });
        const object = newest.get(key);
        if (object !== undefined) yield object;
      }
    },
    async *read(key, version = newest.get(key)?.version, range) {
      check(key);
      const whole = contents[Number(version)];
      if (whole === undefined) throw Object.assign(new Error('no such version'), { status: 404 });
      const bytes = whole.slice(range?.start, range?.end);
      const end = cut.has(key) ? bytes.length / 2 : bytes.length;
      for (let at = 0; at < end; at += 65_536) yield bytes.slice(at, Math.min(at + 65_536, end));
    },
  };

  return {
    client,
    put,
    change: (uri: string, bytes: Uint8Array) => void put(uri.slice('foo://'.length), bytes),
    remove: (uri: string) => void newest.delete(uri.slice('foo://'.length)),
    forbid: (uri: string) => void forbidden.add(uri.slice('foo://'.length)),
    cutBody: (uri: string) => void cut.add(uri.slice('foo://'.length)),
    disconnect: () => {
      reachable = false;
    },
    breakListings: () => {
      listable = false;
    },
  };
}
