import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Of a connection, so many bytes come through one way or the other. */
export interface Cut {
  readonly way: 'up' | 'down';
  readonly bytes: number;
}

export interface BrokenLine {
  readonly url: string;
  /** Those that no connection met yet. */
  readonly cuts: readonly Cut[];
  /** Breaks what is open, and then each connection at its place. */
  breakAt(way: Cut['way'], places: readonly number[]): void;
}

/** A way to a port that is cut as ordered, and whole when no cuts are left. */
export async function brokenLine(
  port: number,
  onBytes?: (way: Cut['way'], bytes: number) => void,
): Promise<BrokenLine> {
  const cuts: Cut[] = [];
  const sockets = new Set<Socket>();
  const line = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const cut = cuts.shift();
    const left = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
    if (cut !== undefined) left[cut.way] = cut.bytes;
    const pass = (way: 'up' | 'down', from: Socket, to: Socket) => {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (bytes: Buffer) => {
        const some = bytes.subarray(0, left[way]);
        left[way] -= some.length;
        onBytes?.(way, some.length);
        to.write(some, () => {
          if (left[way] === 0) for (const socket of [client, server]) socket.resetAndDestroy();
        });
      });
    };
    pass('up', client, server);
    pass('down', server, client);
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    line.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    cuts,
    breakAt(way, places) {
      cuts.splice(0, cuts.length, ...places.map((bytes) => ({ way, bytes })));
      for (const socket of sockets) socket.destroy();
    },
  };
}
