/**
 * IP addresses for people and configuration. Inside the engines an IPv4 address is an unsigned 32-bit number, an IPv6
 * address four of them, most significant first.
 */

/** `203.0.113.7` for 0xcb007107. */
export function formatIPv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/**
 * 0xcb007107 for `203.0.113.7`. Strict: four decimal numbers without leading zeros.
 * @throws RangeError
 */
export function parseIPv4(text: string): number {
  const parts = text.split('.')
  let address = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) {
      throw new RangeError(`not an IPv4 address: ${text}`)
    }
    address = address * 256 + Number(part)
  }
  if (parts.length !== 4) throw new RangeError(`not an IPv4 address: ${text}`)
  return address
}

/** `2001:db8::7` for the four words at `at`: lower case, the longest run of zeros shortened (RFC 5952 section 4). */
export function formatIPv6(words: ArrayLike<number>, at = 0): string {
  const groups = Array.from({ length: 8 }, (_, i) => (words[at + (i >> 1)]! >>> (i & 1 ? 0 : 16)) & 0xffff)
  let from = 0
  let run = 1
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && groups[end] === 0) end++
    if (end - start > run) {
      from = start
      run = end - start
    }
  }
  const hex = groups.map((group) => group.toString(16))
  if (run === 1) return hex.join(':')
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + run).join(':')}`
}

/**
 * Four unsigned words for `2001:db8::7` (RFC 4291 section 2.2, the last 32 bits also as IPv4). No zone: a
 * link-local address names nobody beyond its link.
 * @throws RangeError
 */
export function parseIPv6(text: string): [number, number, number, number] {
  const refuse = (): never => {
    throw new RangeError(`not an IPv6 address: ${text}`)
  }
  const halves = text.split('::')
  if (halves.length > 2) refuse()
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1, refuse)) as [
    number[],
    number[]?,
  ]
  const zeros = 8 - head.length - (tail?.length ?? 0)
  if (tail === undefined ? zeros !== 0 : zeros < 1) refuse()
  const groups = [...head, ...Array.from({ length: zeros }, () => 0), ...(tail ?? [])]
  const word = (i: number): number => groups[i * 2]! * 65_536 + groups[i * 2 + 1]!
  return [word(0), word(1), word(2), word(3)]
}

/** The 16-bit groups of one side of `::`; its last part may be IPv4. */
function groupsOf(text: string, isLast: boolean, refuse: () => never): number[] {
  if (text === '') return []
  const parts = text.split(':')
  return parts.flatMap((part, i) => {
    if (isLast && i === parts.length - 1 && part.includes('.')) {
      const address = parseIPv4(part)
      return [address >>> 16, address & 0xffff]
    }
    return /^[0-9a-f]{1,4}$/i.test(part) ? Number.parseInt(part, 16) : refuse()
  })
}

/**
 * Whether a datagram from this address can be answered. Not "this network" (0/8, RFC 6890), of which the unspecified address
 * is one; not link-local ones (169.254/16), which say nothing without an interface; and not multicast, reserved or
 * broadcast. Loopback can: a relay may run beside its clients.
 */
export function isAnswerableIPv4(address: number): boolean {
  const bits = address >>> 0
  return bits >= 0x01000000 && bits < 0xe0000000 && bits >>> 16 !== 0xa9fe
}

/**
 * The same for the four words at `at`: not the unspecified one, multicast, or one that holds on a link alone (it takes an
 * interface to answer those). An IPv4 address in IPv6 form is refused too: the receiver writes it as IPv4, so that a
 * client has one address.
 */
export function isAnswerableIPv6(words: ArrayLike<number>, at: number): boolean {
  const first = words[at]!
  if (first >>> 24 === 0xff || first >>> 22 === 0xfe80 >>> 6) return false
  if (first !== 0 || words[at + 1] !== 0) return true
  return words[at + 2] === 0 ? words[at + 3] !== 0 : words[at + 2] !== 0xffff
}
