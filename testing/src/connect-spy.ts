import { isIP, type LookupFunction, Socket, type TcpNetConnectOpts } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/**
 * Notes every address that a socket is about to connect to, as long as the test lasts, and lets none but 127.0.0.1 through:
 * no test connects anywhere else.
 */
export function spyOnConnect(): readonly string[] {
  const addresses: string[] = [];
  const connect = Socket.prototype.connect;
  const spy = vi.spyOn(Socket.prototype, 'connect');
  spy.mockImplementation(function (this: Socket, ...args: unknown[]) {
    const normalised = args[0] as [TcpNetConnectOpts, ...unknown[]] | TcpNetConnectOpts;
    const options = Array.isArray(normalised) ? normalised[0] : normalised;
    const { host = 'localhost', lookup } = options;
    if (isIP(host) === 0 && lookup !== undefined) options.lookup = noting(lookup, addresses);
    else if (!pass(host, addresses)) {
      process.nextTick(() => this.destroy(blocked(host)));
      return this;
    }
    return Reflect.apply(connect, this, args);
  });
  onTestFinished(() => spy.mockRestore());
  return addresses;
}

function noting(lookup: LookupFunction, addresses: string[]): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      const all = typeof found === 'string' ? [{ address: found }] : found;
      const stray = error === null ? all.find(({ address }) => !pass(address, addresses)) : undefined;
      callback(stray === undefined ? error : blocked(stray.address), found, family);
    });
}

function pass(address: string, addresses: string[]): boolean {
  addresses.push(address);
  return address === '127.0.0.1';
}

function blocked(address: string): Error {
  return Object.assign(new Error(`the test lets no one connect to ${address}`), { code: 'EBLOCKED' });
}
