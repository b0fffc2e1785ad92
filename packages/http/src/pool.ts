import type { LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Guard } from './address.js';
import type { HttpWorld, Settings } from './settings.js';
import { createSocketTap } from './socket-tap.js';

/**
 * A pool of connections. With a guard, a connection is made only to addresses that it lets pass: the name is looked up once,
 * and what was checked is what is connected to.
 */
export async function createPool(
  { connections, connectMs, world }: Settings,
  guard: Guard | undefined,
): Promise<Dispatcher> {
  const { Agent, buildConnector } = await import('undici');
  const connect = buildConnector({ timeout: connectMs, lookup: guardedLookup(world, guard) });
  const { tap, dispatch } = createSocketTap();
  const agent = new Agent({
    connections,
    connect: (options, callback) =>
      connect(options, (...result) => {
        const [error, socket] = result;
        if (error === null) tap(socket);
        callback(...result);
      }),
  });
  agent.dispatch = dispatch(agent);
  return agent;
}

function guardedLookup({ lookup }: HttpWorld, guard: Guard | undefined): LookupFunction {
  return (hostname, { all }, callback) => {
    checkedAddresses().then(
      (addresses) => {
        const [first] = addresses;
        if (all) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error) => callback(error, '', 0),
    );

    async function checkedAddresses() {
      const addresses = await lookup(hostname);
      guard?.checkAddresses(hostname, addresses);
      return addresses;
    }
  };
}
