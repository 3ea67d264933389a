/**
 * Names to addresses, without holding others up.
 *
 * The system's resolver (`getaddrinfo`) runs on four threads that the whole process shares, and a name whose servers do
 * not answer takes one for ten seconds or more: a few such names, and nobody is delivered to. So names are asked for by
 * DNS itself (c-ares), which takes no thread. What DNS says is not there, and names that are never public, may be known
 * to this machine (`/etc/hosts`): the system is asked, on two threads at most. However many ask for a name at a time, it is
 * asked for once.
 */
import { lookup, Resolver, type LookupAddress } from 'node:dns'
import { isLocalName } from '../address/url.ts'

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

/** Ms until the first question is given up, and how often it is asked; c-ares doubles the time. */
const PATIENCE = { timeout: 1500, tries: 3 }
/** Questions to the system at a time. */
const SYSTEM_AT_ONCE = 2
/** What DNS says of a name that does not exist, or has no address of this kind. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA'])

/** `servers`: addresses to ask in place of the system's configured ones, for tests. */
export function openResolve(servers?: readonly string[], system: Resolve = bySystem): Resolve {
  const resolver = new Resolver(PATIENCE)
  if (servers !== undefined) resolver.setServers(servers)
  const askSystem = fewAtOnce(system, SYSTEM_AT_ONCE)
  const asked = new Map<string, Promise<readonly LookupAddress[]>>()
  const ask = async (host: string): Promise<readonly LookupAddress[]> => {
    if (isLocalName(host)) return await askSystem(host)
    const answers = await Promise.allSettled([byDns(resolver, host, 4), byDns(resolver, host, 6)])
    const found = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    if (found.length > 0) return found
    const failure = answers.find((one) => one.status === 'rejected' && !ABSENT.has(one.reason.code))
    if (failure?.status === 'rejected') throw failure.reason
    return await askSystem(host)
  }
  return (host) => {
    let answer = asked.get(host)
    if (answer === undefined) {
      answer = ask(host).finally(() => asked.delete(host))
      asked.set(host, answer)
    }
    return answer
  }
}

/** The others wait for their turn. */
function fewAtOnce(resolve: Resolve, most: number): Resolve {
  const waiting: (() => void)[] = []
  let running = 0
  return async (host) => {
    if (running === most) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await resolve(host)
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

function byDns(resolver: Resolver, host: string, family: 4 | 6): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null, addresses: string[]): void => {
      if (error !== null) reject(error)
      else resolve(addresses.map((address) => ({ address, family })))
    }
    if (family === 4) resolver.resolve4(host, done)
    else resolver.resolve6(host, done)
  })
}

const bySystem: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    )
  })
