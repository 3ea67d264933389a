/**
 * IP addresses as 16 bytes. IPv4 is mapped (::ffff:a.b.c.d), so one form serves both, and an IPv6 literal that *is* an
 * IPv4 address cannot pass as another one.
 */
import { parseIPv4 } from '../../net/address.ts'

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]

/** The 16 bytes of an IPv4 or IPv6 address in text (RFC 4291 section 2.2, no zone, no brackets); null for anything else. */
export function parseAddress(text: string): Uint8Array | null {
  if (!text.includes(':')) {
    const bytes = ipv4(text)
    return bytes === null ? null : Uint8Array.from([...MAPPED, ...bytes])
  }
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = groups(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? groups(halves[1]!, true) : []
  if (head === null || tail === null) return null
  const gap = 16 - head.length - tail.length
  // `::` stands for one group of zeros at least.
  if (halves.length === 1 ? gap !== 0 : gap < 2) return null
  return Uint8Array.from([...head, ...Array.from({ length: gap }, () => 0), ...tail])
}

function groups(text: string, mayEndInIPv4: boolean): number[] | null {
  if (text === '') return []
  const parts = text.split(':')
  const bytes: number[] = []
  for (const [i, part] of parts.entries()) {
    if (mayEndInIPv4 && i === parts.length - 1 && part.includes('.')) {
      const embedded = ipv4(part)
      if (embedded === null) return null
      bytes.push(...embedded)
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null
      const value = Number.parseInt(part, 16)
      bytes.push(value >>> 8, value & 255)
    }
  }
  return bytes
}

function ipv4(text: string): number[] | null {
  try {
    const value = parseIPv4(text)
    return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
  } catch {
    return null
  }
}

/** Addresses that share their first `bits` bits. */
export interface Cidr {
  readonly bytes: Uint8Array
  readonly bits: number
}

/** `10.0.0.0/8`, `fd00::/8`. @throws RangeError */
export function parseCidr(text: string): Cidr {
  const [address = '', length = '', ...rest] = text.split('/')
  const bytes = parseAddress(address)
  const own = address.includes(':') ? 128 : 32
  const bits = Number(length)
  if (bytes === null || rest.length > 0 || !/^\d{1,3}$/.test(length) || bits > own) {
    throw new RangeError(`not an address block: ${text}`)
  }
  return { bytes, bits: 128 - own + bits }
}

export function isWithin(address: Uint8Array, { bytes, bits }: Cidr): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 255 : 256 - (1 << (8 - (bits - bit)))
    if (((address[bit >> 3]! ^ bytes[bit >> 3]!) & mask) !== 0) return false
  }
  return true
}
