import { formatIPv4, isAnswerableIPv4 } from '../../net/address.ts'
import { assertField } from '../hint/layout.ts'

/**
 * Where a pod, a cluster or another relay is said to be must be a place that datagrams reach: one set wrong would take
 * every packet of its sessions and answer none.
 * @throws RangeError
 */
export function assertDestination(address: number, port: number): void {
  assertField('address', address, 2 ** 32)
  assertField('port', port, 2 ** 16)
  if (!isAnswerableIPv4(address)) {
    throw new RangeError(
      `address must be one host's, not ${formatIPv4(address)} (unspecified, link-local, multicast or reserved)`,
    )
  }
  if (port === 0) throw new RangeError('port must be an integer from 1 to 65535, not 0')
}
