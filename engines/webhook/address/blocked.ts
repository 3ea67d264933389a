/**
 * Where no delivery goes: addresses that are not public (IANA's special-purpose registries), those that carry another
 * address inside, and cloud metadata services, which are refused whatever is allowed.
 */
import { isWithin, parseAddress, parseCidr, type Cidr } from './address.ts'

const BLOCKED: readonly Cidr[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',

  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Unspecified, loopback and IPv4-compatible; translated (RFC 2765); multicast, link-local, site-local, unique local.
  '::/96',
  '::ffff:0:0:0/96',
  'ff00::/8',
  'fe80::/10',
  'fec0::/10',
  'fc00::/7',
  // Documentation; discard; NAT64; protocol assignments with Teredo; 6to4; segment routing.
  '2001:db8::/32',
  '3fff::/20',
  '100::/64',
  '100:0:0:1::/64',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/23',
  '2002::/16',
  '5f00::/16',
].map(parseCidr)

const METADATA: readonly Cidr[] = [
  '169.254.169.254/32',
  '169.254.170.2/32',
  '169.254.170.23/32',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
].map(parseCidr)

/** Ranges that carry an IPv4 address, and at which byte. */
const CARRIERS: readonly { readonly range: Cidr; readonly at: number; readonly inverted?: boolean }[] = [
  { range: parseCidr('::/96'), at: 12 },
  { range: parseCidr('::ffff:0:0:0/96'), at: 12 },
  { range: parseCidr('64:ff9b::/96'), at: 12 },
  { range: parseCidr('64:ff9b:1::/48'), at: 12 },
  { range: parseCidr('2002::/16'), at: 2 },
  { range: parseCidr('2001::/32'), at: 12, inverted: true },
]

/** `public`: anyone may be sent to; `allowed`: inside a block that was allowed. */
export type AddressVerdict = 'public' | 'allowed' | 'blocked'

/** Judges an address in text; what is none is blocked. `allow`: blocks that may be sent to although not public. */
export function judgeAddress(text: string, allow: readonly Cidr[]): AddressVerdict {
  const address = parseAddress(text)
  if (address === null || isMetadata(address)) return 'blocked'
  if (allow.some((block) => isWithin(address, block))) return 'allowed'
  // ISATAP (RFC 5214) puts ::5efe:a.b.c.d below any prefix.
  const isIsatap =
    (address[8]! & 0xfd) === 0 && address[9] === 0 && address[10] === 0x5e && address[11] === 0xfe
  return isIsatap || BLOCKED.some((block) => isWithin(address, block)) ? 'blocked' : 'public'
}

function isMetadata(address: Uint8Array): boolean {
  if (METADATA.some((one) => isWithin(address, one))) return true
  return CARRIERS.some(({ range, at, inverted = false }) => {
    if (!isWithin(address, range)) return false
    const inner = [...address.subarray(at, at + 4)].map((byte) => (inverted ? byte ^ 255 : byte))
    const carried = parseAddress(inner.join('.'))
    return carried !== null && METADATA.some((one) => isWithin(carried, one))
  })
}
