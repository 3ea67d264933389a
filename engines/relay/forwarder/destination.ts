import { formatIPv4 } from '../../net/address.ts'
import { assertField } from '../hint/layout.ts'

/**
 * Where a pod, a cluster or another relay is said to be must be a place that datagrams reach: one set wrong would take
 * every packet of its sessions and answer none. A reserved one (240/4) may be: Linux routes them, and clusters that have run
 * out of private addresses give them to their pods.
 * @throws RangeError
 */
export function assertDestination(address: number, port: number): void {
  assertField('address', address, 2 ** 32)
  assertField('port', port, 2 ** 16)
  const isMulticast = address >>> 28 === 0xe
  if (address < 0x01000000 || address >>> 16 === 0xa9fe || isMulticast || address === 0xffffffff) {
    throw new RangeError(
      `address must be one host's, not ${formatIPv4(address)} (unspecified, link-local, multicast or broadcast)`,
    )
  }
  if (port === 0) throw new RangeError('port must be an integer from 1 to 65535, not 0')
}
