/** IPv4 addresses are unsigned 32-bit numbers throughout this engine; these two are for people and configuration. */

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
