/** Whether the loopback has an IPv6 address: asked of the machine, as a server that fails to listen on it proves nothing. */
import { networkInterfaces } from 'node:os'

/** Tests that need it skip with a line; in CI it must be there. */
export function hasIPv6(): boolean {
  const there = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  )
  if (there) return true
  if (process.env['CI'] === 'true') throw new Error('the loopback has no IPv6 address')
  console.warn('skipped: the loopback has no IPv6 address')
  return false
}
