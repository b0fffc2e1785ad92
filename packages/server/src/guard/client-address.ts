import { BlockList, isIP } from 'node:net';

/** Tells from which address a request came. */
export type ClientAddress = (socket: string | undefined, headers: Headers) => string;

/**
 * Behind proxies that are trusted, an address is the last in `X-Forwarded-For` that is not one of theirs: whatever stands before
 * it, the client may have written itself.
 *
 * @param proxies Addresses, or networks such as `10.0.0.0/8`. @throws TypeError when one is neither.
 */
export function clientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of proxies) addTo(trusted, proxy);
  const isTrusted = (address: string) => {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
  return (socket, headers) => {
    let address = plain(socket ?? 'unknown');
    if (proxies.length === 0) return address;
    const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
    while (isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };
}

function addTo(list: BlockList, proxy: string): void {
  const [address = '', bits] = proxy.split('/');
  const version = isIP(address);
  if (version === 0) throw new TypeError(`${JSON.stringify(proxy)} is no address or network of a proxy`);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}

/** An IPv4 address as itself where a socket for both families shows it within an IPv6 one. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
