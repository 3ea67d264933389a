/** The answer: what an outage costs under each policy, or up to which load a receiver comes back by itself. */
import { isDeepStrictEqual } from 'node:util'
import { POLICIES } from '../../engines/webhook/core.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, Results } from '../lab/contract/sim.ts'
import { edgesOf, valueOf, type Edge, type Point } from './edge.ts'
import type { OutageParams } from './params.ts'
import { nameOf } from './policies.ts'

const MILLION = 1e6
/** The policy that an answer compares with when it was asked of, for it is the best known one. */
const KNOWN = 'svix'

export function answer({ points, chosen }: Results<OutageParams>): Headline {
  return chosen.params.hysteresis === 'measured' ? ofEdges(points, chosen) : ofOutage(points, chosen)
}

function ofOutage(points: readonly Point[], chosen: Point): Headline {
  // Before all have ended nobody knows how many are lost.
  const { value, low, high } = chosen.metrics[undelivered(chosen) > 0 ? 'undelivered' : 'lost']!
  const alike = points.filter(({ params }) => isSameOutage(params, chosen.params))
  const isComparison = new Set(alike.map(({ params }) => params.policy)).size > 1
  const text = isComparison
    ? compared(alike)
    : `${opening(chosen)} ${possessive(chosen)} ${fate(chosen)}; ${attemptsOf(chosen)}.`
  return { text, value, unit: 'share', low, high }
}

/** Policies are compared where all else is the same; a sweep may be over other things too. */
const isSameOutage = (a: OutageParams, b: OutageParams): boolean =>
  isDeepStrictEqual({ ...a, policy: null }, { ...b, policy: null })

function compared(points: readonly Point[]): string {
  const peers = points.filter(({ params }) => !hasBreaker(params)).toSorted((a, b) => missing(b) - missing(a))
  const ours = points.find(({ params }) => params.policy === 'flowbench')
  const worst = peers[0]
  const best = peers.find(({ params }) => params.policy === KNOWN) ?? peers.at(-1)
  const clauses = worst === undefined ? [] : [`${possessive(worst)} ${fate(worst)}`]
  if (best !== undefined && best !== worst) clauses.push(`${possessive(best)} ${fate(best)}`)
  if (ours !== undefined) clauses.push(probing(ours, best))
  return `${opening(points[0]!)} ${clauses.join('; ')}.`
}

const hasBreaker = ({ policy }: OutageParams): boolean => (POLICIES.get(policy)?.breaker ?? null) !== null
const lostBy = (point: Point): number => valueOf(point, 'lost') ?? 0
const undelivered = (point: Point): number => valueOf(point, 'undelivered') ?? 0
const missing = (point: Point): number => lostBy(point) + undelivered(point)
const opening = ({ params }: Point): string => `Of a million events in a ${seconds(params.outage)} outage`
const possessive = ({ params: { policy } }: Point): string => {
  const name = nameOf(policy)
  return name.includes(' ') ? name : `${name}’s schedule`
}
const seconds = (value: number): string => formatQuantity(value, 's')

const unfinished = (point: Point): string =>
  `leaves ${formatQuantity(undelivered(point), 'share')} undelivered when the run ends`

function fate(point: Point): string {
  if (undelivered(point) > 0) return unfinished(point)
  const lost = lostBy(point)
  const last = valueOf(point, 'lastDelivery')
  const late = last === null || last === 0 ? '' : ` and is up to ${seconds(last)} late`
  return `${lost === 0 ? 'loses none' : `loses ${formatQuantity(lost, 'share')}`}${late}`
}

function attemptsOf(point: Point): string {
  const attempts = valueOf(point, 'attempts')
  if (attempts !== null) return `it makes ${millions(attempts)} attempts`
  return undelivered(point) < 1 ? 'not all attempts have been made' : 'none of them came to an end'
}

/** Probes are the endpoint's, however many messages wait: they are counted as they are, not per million. */
function probing(ours: Point, peer: Point | undefined): string {
  const { load, capacity, outage } = ours.params
  const failed = (valueOf(ours, 'failedAttempts') ?? 0) * load * capacity * outage
  const lost = lostBy(ours)
  const last = valueOf(ours, 'lastDelivery')
  const loses = `loses ${formatQuantity(lost, 'share')}`
  const brings = lost === 0 ? 'delivers all' : `${loses} and delivers the rest`
  const ends = last === null ? loses : `${brings} within ${seconds(last)}`
  const delivers = undelivered(ours) > 0 ? unfinished(ours) : ends
  const theirs = peer === undefined ? null : valueOf(peer, 'failedAttempts')
  const instead = theirs === null ? '' : ` in place of ${millions(theirs)}`
  return `probe and paced drain ${delivers} with ${formatQuantity(Math.round(failed), 'count')} failed attempts${instead}`
}

const millions = (aMessage: number): string =>
  `${formatQuantity(Math.round(aMessage * MILLION) / MILLION, 'count')} million`

function ofEdges(points: readonly Point[], chosen: Point): Headline {
  const edges = edgesOf(points)
  const edge = edges.find(({ policy }) => policy === chosen.params.policy)!
  const first = edges.find(({ lost }) => lost !== null)
  const outage = seconds(chosen.params.outage)
  return {
    text: edges.map((one) => sentence(one, one === first ? outage : null, points)).join(' '),
    value: middle(edge),
    unit: 'share',
    low: edge.safe,
    high: edge.lost,
  }
}

/** Between the two loads swept, as near as the sweep is fine. */
const middle = ({ safe, lost }: Edge): number | null =>
  safe === null || lost === null ? (safe ?? lost) : (safe + lost) / 2

function sentence(edge: Edge, outage: string | null, points: readonly Point[]): string {
  const share = (value: number): string => formatQuantity(value, 'share')
  const { policy, safe, lost, back } = edge
  const subject = `With ${nameOf(policy)}`
  if (lost === null) {
    const own = points.filter(({ params }) => params.policy === policy)
    const highest = Math.max(...own.map(({ params }) => params.load))
    if (safe === null) return `${subject} goodput comes back in part only, at every load.`
    if (safe < highest) {
      return `${subject} it comes back at every load up to ${share(safe)}, and in part up to ${share(highest)}.`
    }
    const last = own.map((point) => valueOf(point, 'lastFailure'))
    const failing = last.includes(null)
      ? 'with messages undelivered when the run ends'
      : `the last attempt failing ${seconds(Math.max(...(last as number[])))} after the return`
    return `${subject} it comes back at every load up to ${share(safe)}, ${failing}.`
  }
  const bracket = safe === null ? '' : ` (whole at ${share(safe)}, none at ${share(lost)})`
  const low = back === null ? 'below what was tried' : `to ${share(back)}`
  if (outage === null)
    return `${subject} that is ${share(middle(edge)!)} load${bracket}, and it must fall ${low}.`
  return (
    `${subject} this receiver is safe below ${share(middle(edge)!)} load${bracket}; above it an outage of ${outage} never ends ` +
    `until load falls ${low}.`
  )
}
