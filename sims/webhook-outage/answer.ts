/** The answer: what an outage costs under each policy, or up to which load a receiver comes back by itself. */
import { POLICIES } from '../../engines/webhook/core.ts'
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords, type Asked } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, Results } from '../lab/contract/sim.ts'
import { edgesOf, valueOf, type Edge, type Point } from './edge.ts'
import { outageParams, type OutageParams } from './params.ts'
import { nameOf } from './policies.ts'

const MILLION = 1e6
/** The policy that an answer compares with when it was asked of, for it is the best known one. */
const KNOWN = 'svix'

export function answer({ points, chosen, found, limits }: Results<OutageParams>): Headline {
  const said =
    chosen.params.hysteresis === 'measured'
      ? ofEdges(alike(chosen, points, 'policy', 'load'), chosen)
      : // Policies are compared where all else is the same; a sweep may be over other things too.
        ofOutage(alike(chosen, points, 'policy'), chosen, limits)
  return { ...said, text: `${foundIn(outageParams, found)}${said.text}` }
}

function ofOutage(policies: readonly Point[], chosen: Point, limits: Results<unknown>['limits']): Headline {
  // Before all have ended nobody knows how many are lost.
  const isOpen = undelivered(chosen) > 0
  const figure = asked(chosen, isOpen ? {} : limits, isOpen ? 'undelivered' : 'lost')
  const { value, unit, low, high } = figure
  const isComparison = new Set(policies.map(({ params }) => params.policy)).size > 1
  const text = isComparison
    ? compared(policies, chosen)
    : `${opening(chosen)} ${possessive(chosen)} ${fate(chosen)}; ${attemptsOf(chosen)}.`
  return { text: `${text}${ownWords(figure, chosen)}`, value, unit, low, high }
}

/** What the sentence has no words for. */
const ownWords = (figure: Asked, { params }: Point): string =>
  figure.name === 'lost' || figure.name === 'undelivered'
    ? ''
    : ` With ${nameOf(params.policy)} ${askedWords(figure)}`

function compared(points: readonly Point[], chosen: Point): string {
  const peers = points.filter(({ params }) => !hasBreaker(params)).toSorted((a, b) => missing(b) - missing(a))
  const ours = points.find(({ params }) => params.policy === 'flowbench')
  const worst = peers[0]
  const best = peers.find(({ params }) => params.policy === KNOWN) ?? peers.at(-1)
  const clauses = worst === undefined ? [] : [`${possessive(worst)} ${fate(worst)}`]
  if (best !== undefined && best !== worst) clauses.push(`${possessive(best)} ${fate(best)}`)
  if (ours !== undefined) clauses.push(probing(ours, best))
  // The number is the chosen one's.
  if (chosen !== worst && chosen !== best && chosen !== ours)
    clauses.unshift(`${possessive(chosen)} ${fate(chosen)}`)
  return `${opening(points[0]!)} ${clauses.join('; ')}.${bringsAll(points)}`
}

/** Which policies lose nothing. Where some have not come to an end, that none does is not known. */
function bringsAll(points: readonly Point[]): string {
  const all = points.filter((point) => valueOf(point, 'lost') === 0 && undelivered(point) === 0)
  const of = `Of ${points.length} policies`
  if (all.length === 0)
    return points.some((point) => undelivered(point) > 0) ? '' : ` ${of} none brings every event through.`
  const names = new Intl.ListFormat('en-GB').format(all.map(({ params }) => nameOf(params.policy)))
  return ` ${of} ${names} ${all.length === 1 ? 'brings' : 'bring'} every event through.`
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
  const late = last === null || last === 0 ? '' : `, the last comes ${seconds(last)} after the return`
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
  const ends = last === null ? loses : `${brings} within ${seconds(last)} of the return`
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
  const first = edges.find(({ safe, lost }) => safe !== null && lost !== null)
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
  const low = back === null ? 'below what was tried' : `to ${share(back)}`
  if (safe === null) {
    return `${subject} no load that was tried is safe: at ${share(lost)} an outage does not end until load falls ${low}.`
  }
  const bracket = ` (whole at ${share(safe)}, none at ${share(lost)})`
  if (outage === null)
    return `${subject} that is ${share(middle(edge)!)} load${bracket}, and it must fall ${low}.`
  return (
    `${subject} this receiver is safe below ${share(middle(edge)!)} load${bracket}; above it an outage of ${outage} never ends ` +
    `until load falls ${low}.`
  )
}
