/** An endpoint's URL, judged as far as text allows; names are judged again by their addresses at every connect. */
import { judgeAddress } from './blocked.ts'
import { parseAddress, type Cidr } from './address.ts'

const MOST_CHARS = 2048
/** Names that never are public (RFC 6761, 6762, ICANN's .internal); one label is a name of some local network. */
const LOCAL_NAME = /^(?:[^.]+|(?:.*\.)?(?:localhost|local|internal|intranet|lan|home\.arpa|localdomain))$/

export const isLocalName = (host: string): boolean => LOCAL_NAME.test(host)

/** `blocked address` or what else is wrong with the URL. */
export class BadUrl extends Error {
  override readonly name = 'BadUrl'
  readonly code: 'malformed' | 'blocked_address' | 'plain_http'

  constructor(code: BadUrl['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface EndpointUrl {
  readonly url: URL
  /** Without brackets or the dot at the end. */
  readonly host: string
  readonly isLiteral: boolean
  /** A name that may be sent to only where it leads into an allowed block. */
  readonly needsAllowed: boolean
}

/** @throws BadUrl */
export function parseEndpointUrl(text: string, allow: readonly Cidr[]): EndpointUrl {
  if (text.length > MOST_CHARS) throw new BadUrl('malformed', `a URL has ${MOST_CHARS} characters at most`)
  // The URL parser drops some of these silently and turns others into slashes: nobody means them.
  if (!/^[!-~]+$/.test(text) || text.includes('\\')) {
    throw new BadUrl('malformed', 'a URL is printable ASCII without spaces or backslashes')
  }
  if (!/^https?:\/\/[^/]/i.test(text)) throw new BadUrl('malformed', 'a URL begins with https:// and a host')
  if (!URL.canParse(text)) throw new BadUrl('malformed', 'this is no URL')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw new BadUrl('malformed', 'a URL must hold no user info')
  // Where a host is written without one: `https://@host`.
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) throw new BadUrl('malformed', 'a URL must hold no user info')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (host === '' || host.endsWith('.') || host.includes('..')) {
    throw new BadUrl('malformed', 'this is no host name')
  }
  // A URL may hold it, and nobody can listen there: every attempt would fail.
  if (url.port === '0') throw new BadUrl('malformed', 'a URL must hold no port 0')
  url.hash = ''
  const isLiteral = parseAddress(host) !== null
  const isPlain = url.protocol === 'http:'
  if (isLiteral) {
    const verdict = judgeAddress(host, allow)
    if (verdict === 'blocked') throw new BadUrl('blocked_address', `blocked address ${host}`)
    if (isPlain && verdict !== 'allowed')
      throw new BadUrl('plain_http', 'https is required outside of allowed blocks')
  }
  return { url, host, isLiteral, needsAllowed: isPlain || isLocalName(host) }
}

/** Judges what a name leads to: every address must pass, or none is used. @throws BadUrl */
export function judgeResolved(
  host: string,
  addresses: readonly string[],
  allow: readonly Cidr[],
  needsAllowed: boolean,
): void {
  for (const address of addresses) {
    const verdict = judgeAddress(address, allow)
    if (verdict === 'blocked' || (needsAllowed && verdict !== 'allowed')) {
      throw new BadUrl('blocked_address', `blocked address ${address} of ${host}`)
    }
  }
}
