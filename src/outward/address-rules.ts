/**
 * Which addresses of the network are nobody's public ones: this machine, its neighbours, and whatever is set aside for other
 * purposes (IANA's special-purpose registries). A service that posts where its clients say must not be a door into its own network.
 */
import { BlockList, isIP } from 'node:net';

const NOT_PUBLIC: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Shared by the customers of a provider (RFC 6598).
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; the metadata service of most clouds is here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
  ['::', 128],
  ['::1', 128],
  // IPv4 inside of IPv6, in the forms that a network may turn back: mapped addresses are looked at by Node itself.
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  // Translated IPv4 (RFC 2765), and what IANA keeps for protocols: Teredo, benchmarks, ORCHID.
  ['::ffff:0:0:0', 96],
  ['2001::', 23],
  ['2002::', 16],
  ['100::', 64],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  // Unique local, link-local, site-local, multicast.
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [prefix, bits] of NOT_PUBLIC)
  blocked.addSubnet(prefix, bits, isIP(prefix) === 4 ? 'ipv4' : 'ipv6');

/** @param address IPv4 or IPv6, as text; anything else is not public. */
export function isPublicAddress(address: string): boolean {
  // A zone (fe80::1%eth0) only exists on links.
  const version = address.includes('%') ? 0 : isIP(address);
  return version !== 0 && !blocked.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** The host of a URL without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
