import { BlockList, isIPv4 } from 'node:net';

/** What a reserved name or address means for a webhook. */
export type Wording = 'placeholder' | 'not reachable from a provider';

export type ReservedName = { suffix: string; source: string; wording: Wording };
export type ReservedRange = { range: string; about: string; source: string; wording: Wording };

const placeholder = 'placeholder';
const unreachable = 'not reachable from a provider';

/** The names themselves and all below them. */
export const reservedNames: readonly ReservedName[] = [
  { suffix: 'test', source: 'RFC 6761', wording: placeholder },
  { suffix: 'example', source: 'RFC 6761', wording: placeholder },
  { suffix: 'invalid', source: 'RFC 6761', wording: placeholder },
  { suffix: 'example.com', source: 'RFC 6761', wording: placeholder },
  { suffix: 'example.net', source: 'RFC 6761', wording: placeholder },
  { suffix: 'example.org', source: 'RFC 6761', wording: placeholder },
  { suffix: 'localhost', source: 'RFC 6761', wording: unreachable },
  { suffix: 'local', source: 'RFC 6762', wording: unreachable },
  { suffix: 'onion', source: 'RFC 7686', wording: unreachable },
  { suffix: 'home.arpa', source: 'RFC 8375', wording: unreachable },
  { suffix: 'alt', source: 'RFC 9476', wording: unreachable },
  { suffix: 'internal', source: 'ICANN Board, 29 July 2024', wording: unreachable },
];

/** The first range that holds an address is named, so narrow ones stand before wide ones. */
export const reservedRanges: readonly ReservedRange[] = [
  { range: '169.254.169.254/32', about: 'cloud metadata', source: 'RFC 3927', wording: unreachable },
  { range: '255.255.255.255/32', about: 'broadcast', source: 'RFC 919', wording: unreachable },
  { range: '127.0.0.0/8', about: 'loopback', source: 'RFC 1122', wording: unreachable },
  { range: '10.0.0.0/8', about: 'private', source: 'RFC 1918', wording: unreachable },
  { range: '172.16.0.0/12', about: 'private', source: 'RFC 1918', wording: unreachable },
  { range: '192.168.0.0/16', about: 'private', source: 'RFC 1918', wording: unreachable },
  { range: '0.0.0.0/8', about: 'this network', source: 'RFC 791', wording: unreachable },
  { range: '100.64.0.0/10', about: 'carrier-grade NAT', source: 'RFC 6598', wording: unreachable },
  { range: '169.254.0.0/16', about: 'link-local', source: 'RFC 3927', wording: unreachable },
  { range: '192.0.2.0/24', about: 'documentation', source: 'RFC 5737', wording: placeholder },
  { range: '198.51.100.0/24', about: 'documentation', source: 'RFC 5737', wording: placeholder },
  { range: '203.0.113.0/24', about: 'documentation', source: 'RFC 5737', wording: placeholder },
  { range: '192.0.0.0/24', about: 'protocol assignments', source: 'RFC 6890', wording: unreachable },
  { range: '192.31.196.0/24', about: 'AS112', source: 'RFC 7535', wording: unreachable },
  { range: '192.52.193.0/24', about: 'AMT', source: 'RFC 7450', wording: unreachable },
  { range: '192.88.99.0/24', about: '6to4 relay', source: 'RFC 7526', wording: unreachable },
  { range: '192.175.48.0/24', about: 'AS112', source: 'RFC 7534', wording: unreachable },
  { range: '198.18.0.0/15', about: 'benchmarking', source: 'RFC 2544', wording: unreachable },
  { range: '224.0.0.0/4', about: 'multicast', source: 'RFC 5771', wording: unreachable },
  { range: '240.0.0.0/4', about: 'reserved', source: 'RFC 1112', wording: unreachable },
  { range: '::/128', about: 'unspecified', source: 'RFC 4291', wording: unreachable },
  { range: '::1/128', about: 'loopback', source: 'RFC 4291', wording: unreachable },
  { range: 'fc00::/7', about: 'private', source: 'RFC 4193', wording: unreachable },
  { range: 'fe80::/10', about: 'link-local', source: 'RFC 4291', wording: unreachable },
  { range: 'fec0::/10', about: 'site-local', source: 'RFC 3879', wording: unreachable },
  { range: 'ff00::/8', about: 'multicast', source: 'RFC 4291', wording: unreachable },
  { range: '2001:db8::/32', about: 'documentation', source: 'RFC 3849', wording: placeholder },
  { range: '3fff::/20', about: 'documentation', source: 'RFC 9637', wording: placeholder },
  { range: '64:ff9b:1::/48', about: 'local NAT64', source: 'RFC 8215', wording: unreachable },
  { range: '100::/64', about: 'discard', source: 'RFC 6666', wording: unreachable },
  { range: '2001::/23', about: 'protocol assignments', source: 'RFC 2928', wording: unreachable },
  { range: '5f00::/16', about: 'segment routing', source: 'RFC 9602', wording: unreachable },
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

const add = (list: BlockList, range: string): BlockList => {
  const [network = '', prefix] = range.split('/');
  list.addSubnet(network, Number(prefix), familyOf(network));
  return list;
};

/** Node compares IPv4 addresses with IPv6 ranges too, so each family has lists of its own. */
const familyLists = () =>
  (['ipv4', 'ipv6'] as const).map((family) => {
    const rows = reservedRanges.filter(({ range }) => familyOf(range.split('/', 1)[0] ?? '') === family);
    return {
      family,
      all: rows.reduce((list, { range }) => add(list, range), new BlockList()),
      each: rows.map((row) => ({ row, list: add(new BlockList(), row.range) })),
    };
  });
/** Made with the first address: most populations hold none. */
let families: ReturnType<typeof familyLists> | undefined;

/** The reserved range that holds an address without brackets, if any. */
export const reservedRangeOf = (address: string): ReservedRange | null => {
  families ??= familyLists();
  const lists = families.find(({ family }) => family === familyOf(address));
  if (!lists?.all.check(address, lists.family)) return null;
  return lists.each.find(({ list }) => list.check(address, lists.family))?.row ?? null;
};
