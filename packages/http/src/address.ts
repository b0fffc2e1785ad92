import { CairnError, quote } from '@cairn/core';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Keeps references that someone else wrote away from this user's own network. */
export interface Guard {
  /** Whether everything is allowed. */
  readonly isOpen: boolean;
  /**
   * Refuses the host of a parsed URL if it is an address that is not allowed. Returns whether it is an address at all; a
   * name has yet to be looked up.
   *
   * @throws CairnError `scheme_refused`.
   */
  checkHost(hostname: string): boolean;
  /** Refuses a host if one of its addresses is not allowed. @throws CairnError `scheme_refused`. */
  checkAddresses(hostname: string, addresses: Iterable<{ readonly address: string }>): void;
}

/** @throws TypeError when an entry is neither a host nor an address range. */
export function createGuard(allowPrivate: true | readonly string[]): Guard {
  const isOpen = allowPrivate === true;
  const hosts = new Set<string>();
  const ranges: Range[] = [];
  for (const entry of isOpen ? [] : allowPrivate) {
    if (ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry));
    else hosts.add(hostOf(entry));
  }

  function checkAddresses(hostname: string, addresses: Iterable<{ readonly address: string }>): void {
    if (isOpen || hosts.has(hostname)) return;
    for (const found of addresses) {
      const address = ipaddr.process(found.address);
      if (isPublic(address) || ranges.some((range) => isWithin(address, range))) continue;
      throw new CairnError('scheme_refused', `${quote(hostname)} is at ${address}, in a private network`, {
        hint: `Someone else's manifest leads there. If you trust it: httpHandler({ allowPrivate: [${quote(hostname)}] }).`,
      });
    }
  }

  return {
    isOpen,
    checkAddresses,
    checkHost(hostname) {
      const literal = hostname.replace(/^\[|\]$/g, '');
      if (!ipaddr.isValid(literal)) return false;
      checkAddresses(hostname, [{ address: literal }]);
      return true;
    },
  };
}

/** A host as a parsed URL has it: in lower case, odd spellings of an address resolved, IPv6 in brackets. */
function hostOf(entry: string): string {
  // With a port, so that an entry that has one can't be parsed.
  const text = `http://${ipaddr.IPv6.isValid(entry) ? `[${entry}]` : entry}:1`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.href === `http://${url.hostname}:1/`) return url.hostname;
  throw new TypeError(`allowPrivate takes hosts and address ranges, such as 10.0.0.0/8, not ${quote(entry)}`);
}

const globalUnicast: Range = ipaddr.parseCIDR('2000::/3');
const translated: Range = ipaddr.parseCIDR('64:ff9b::/96');
/** A public address by the book, but it is the host's own service to every machine at Azure. */
const hostService = '168.63.129.16';

function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return address.range() === 'unicast' && address.toString() !== hostService;
  // What NAT64 leads to is the IPv4 address in its last four bytes.
  if (isWithin(address, translated)) return isPublic(new ipaddr.IPv4(address.toByteArray().slice(12)));
  return address.range() === 'unicast' && isWithin(address, globalUnicast);
}

function isWithin(address: Address, range: Range): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}
