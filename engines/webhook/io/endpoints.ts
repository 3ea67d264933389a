/** The endpoints there are: what their owners asked for, with the policies they may name, and URLs judged. */
import { BadUrl, judgeResolved, parseEndpointUrl, type EndpointUrl } from '../address/url.ts'
import { DEFAULT_POLICY, POLICIES } from '../policy/policies.ts'
import type { Policy } from '../policy/policy.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { EndpointState } from '../schedule/transitions.ts'
import type { Clock } from './clock.ts'
import type { Resolve } from './resolve.ts'
import type { SenderOptions } from './sender.ts'
import { ServiceError } from './service-error.ts'
import type { EndpointRow } from './store/rows.ts'

/** Each takes about 2 kB of memory. */
const MOST_ENDPOINTS = 100_000
const CONCURRENCY = 16

export type Mode = 'static' | 'dynamic'

export interface Endpoint {
  readonly id: number
  readonly target: EndpointUrl
  readonly mode: Mode
  readonly policy: string
  readonly rate: number | null
  readonly created: number
}

export interface EndpointsOptions extends Pick<SenderOptions, 'allow'> {
  /** Besides the built-in ones. */
  readonly policies?: readonly Policy[]
  /** Attempts under way at once to one endpoint; default 16. */
  readonly concurrency?: number
}

export class Endpoints {
  /** Attempts under way at once to one of them. */
  readonly concurrency: number
  private readonly byId = new Map<number, Endpoint>()
  private readonly policies: ReadonlyMap<string, Policy>
  private readonly options: EndpointsOptions
  private readonly resolve: Resolve
  private readonly scheduler: Scheduler
  private readonly clock: Clock

  constructor(options: EndpointsOptions, resolve: Resolve, scheduler: Scheduler, clock: Clock) {
    this.options = options
    this.resolve = resolve
    this.scheduler = scheduler
    this.clock = clock
    this.concurrency = options.concurrency ?? CONCURRENCY
    this.policies = new Map([...POLICIES, ...(options.policies ?? []).map((p) => [p.name, p] as const)])
  }

  get size(): number {
    return this.byId.size
  }

  has(id: number): boolean {
    return this.byId.has(id)
  }

  get(id: number): Endpoint | undefined {
    return this.byId.get(id)
  }

  delete(id: number): void {
    this.byId.delete(id)
  }

  /** One that is there, and its state. @throws ServiceError when there is none */
  known(id: number): Endpoint & { readonly state: EndpointState } {
    const endpoint = this.byId.get(id)
    if (endpoint === undefined) throw new ServiceError('not_found', 'there is no such endpoint', 'endpoint')
    return { ...endpoint, state: this.scheduler.endpointState(id)! }
  }

  /** How long one attempt may take, ms, by a policy's name. */
  timeoutOf(policy: string): number {
    return this.policyOf(policy).timeout
  }

  /** Whether there may be another one like this. @throws ServiceError */
  async judge({ url, policy }: { readonly url: string; readonly policy: string }): Promise<void> {
    if (!this.policies.has(policy)) {
      const names = [...this.policies.keys()].join(', ')
      throw new ServiceError('invalid', `policy must be one of ${names}`, 'policy')
    }
    if (this.byId.size >= MOST_ENDPOINTS) {
      throw new ServiceError('overloaded', `there are ${MOST_ENDPOINTS} endpoints already`)
    }
    await this.judgeUrl(url)
  }

  /** Takes in a stored one. `empty`: the store has nothing pending for it. */
  enter(row: EndpointRow, empty: boolean): void {
    const { id, mode, rate, created, changed: resumed, failingSince } = row
    const policy = this.policyOf(row.policy)
    const target = this.targetOf(row.url)
    this.byId.set(id, { id, target, mode: mode as Mode, policy: row.policy, rate, created })
    const settings = { policy, rate, concurrency: this.concurrency }
    const state = row.state as EndpointState
    this.scheduler.addEndpoint(id, settings, this.clock(), { state, failingSince, resumed, empty })
  }

  /** A policy that a stored endpoint names may be there no more. */
  private policyOf(name: string): Policy {
    return this.policies.get(name) ?? POLICIES.get(DEFAULT_POLICY)!
  }

  private async judgeUrl(url: string): Promise<void> {
    const { allow = [] } = this.options
    try {
      const { host, isLiteral, needsAllowed } = parseEndpointUrl(url, allow)
      if (isLiteral) return
      const addresses = await this.resolve(host).catch(() => [])
      // A public name that does not resolve now may do so later; every connect judges again.
      if (addresses.length === 0 && needsAllowed) {
        throw new BadUrl('blocked_address', `${host} does not lead to an allowed address`)
      }
      judgeResolved(
        host,
        addresses.map(({ address }) => address),
        allow,
        needsAllowed,
      )
    } catch (error) {
      if (!(error instanceof BadUrl)) throw error
      throw new ServiceError(error.code === 'malformed' ? 'invalid' : 'blocked_address', error.message, 'url')
    }
  }

  /** An endpoint's URL was judged when it was made; what was allowed may since be blocked, which `connect` will say. */
  private targetOf(text: string): EndpointUrl {
    const url = new URL(text)
    try {
      return parseEndpointUrl(text, this.options.allow ?? [])
    } catch {
      return { url, host: url.hostname.replace(/^\[|\]$/g, ''), isLiteral: true, needsAllowed: true }
    }
  }
}
