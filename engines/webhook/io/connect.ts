/**
 * How a socket to a receiver comes about: the name is resolved here, every address is judged, and the connection is
 * made to exactly those that were judged. A name that leads elsewhere a moment later (rebinding) changes nothing.
 */
import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { judgeAddress } from '../address/blocked.ts'
import type { Cidr } from '../address/address.ts'
import { BadUrl, judgeResolved, type EndpointUrl } from '../address/url.ts'
import type { Resolve } from './resolve.ts'

/** A connector for one endpoint's pool. `timeout` in ms. */
export function checkedConnector(
  endpoint: EndpointUrl,
  allow: readonly Cidr[],
  resolve: Resolve,
  timeout: number,
  tls: { readonly ca?: string } = {},
): buildConnector.connector {
  const lookup: LookupFunction = (host, options, done) => {
    resolve(host).then(
      (addresses) => {
        try {
          const found = addresses.map(({ address }) => address)
          judgeResolved(endpoint.host, found, allow, endpoint.needsAllowed)
          const first = addresses[0]
          if (first === undefined)
            throw Object.assign(new Error(`no address of ${host}`), { code: 'ENOTFOUND' })
          if (options.all === true) done(null, [...addresses])
          else done(null, first.address, first.family)
        } catch (error) {
          done(error as Error, '')
        }
      },
      (error: Error) => done(error as NodeJS.ErrnoException, ''),
    )
  }
  const connect = buildConnector({ allowH2: false, timeout, lookup, ...tls })
  return (options, callback) => {
    // A literal is never looked up.
    if (endpoint.isLiteral && judgeAddress(endpoint.host, allow) === 'blocked') {
      callback(new BadUrl('blocked_address', `blocked address ${endpoint.host}`), null)
      return
    }
    connect({ ...options, hostname: endpoint.host }, callback)
  }
}
