import type { LookupFunction } from 'node:net';
import { holdSockets } from '@cairn/core';
import type { Dispatcher } from 'undici';
import type { Guard } from './address.js';
import type { HttpWorld, Settings } from './settings.js';
import { watchSurplus } from './surplus.js';

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
  const holder = holdSockets();
  const surplus = watchSurplus();
  const agent = new Agent({ connections, connect: holder.connect(surplus.connect(connect)) });
  agent.dispatch = holder.dispatch(surplus.dispatch(agent.dispatch.bind(agent)));
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
