/** One replication: the outage, and where it is asked for the same load with no outage and after a collapse. */
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import type { OutageParams } from './params.ts'
import { policyOf } from './policies.ts'
import type { Cohort } from './tally.ts'
import { simulateWorld, type World } from './world.ts'

const SECOND = 1000
const MINUTE = 60
const MILLION = 1e6

export function simulate(params: OutageParams, ctx: ReplicationContext): Measures {
  const policy = policyOf(params.policy, params)
  const world = simulateWorld(params, ctx, { policy, hasOutage: true })
  const isMeasured = params.hysteresis === 'measured'
  const upwards = isMeasured ? simulateWorld(params, ctx, { policy, hasOutage: false }) : undefined
  // Nothing comes down to a load from one that is lower.
  const downwards =
    isMeasured && params.load < params.collapseAt
      ? simulateWorld(params, ctx, { policy, hasOutage: true, firstLoad: params.collapseAt })
      : undefined
  const worlds = [world, upwards, downwards].filter((one) => one !== undefined)
  const { tally, receiver, times } = world
  const { caught, all } = tally
  const sum = (of: (one: World) => number): number => worlds.reduce((total, one) => total + of(one), 0)
  // What is still to come may be lost, will be later than all so far and have been tried more often: of none of that
  // anything is known before.
  const whenAllEnded = <T>(group: Cohort, figure: T): T | null => (pending(group) === 0 ? figure : null)
  return {
    metrics: {
      undelivered: ratio(pending(caught), caught.accepted),
      lost: whenAllEnded(caught, ratio(caught.dead, caught.accepted)),
      lostInAll: whenAllEnded(all, ratio(all.dead, all.accepted)),
      failedAttempts: ratio(caught.failed, caught.accepted),
      attempts: whenAllEnded(caught, ratio(caught.attempts, caught.accepted)),
      // Where nothing is delivered there is no last delivery: that it comes at once would be the best of answers.
      lastDelivery:
        caught.delivered === 0 ? null : whenAllEnded(caught, (tally.lastDelivery - times.to) / SECOND),
      lastFailure: whenAllEnded(all, (tally.lastFailure - times.to) / SECOND),
      peakPerMillion: ratio((tally.fullestMinute / MINUTE) * MILLION, caught.accepted),
      goodputAfter: goodput(world),
      goodputUpwards: upwards === undefined ? null : goodput(upwards),
      goodputDownwards: downwards === undefined ? null : goodput(downwards),
      wasted: receiver.accepted === 0 ? 0 : receiver.wasted / receiver.accepted,
    },
    // What the receiver does after its return it does to all messages at once.
    chances: { wasted: 1, goodputAfter: 1, goodputUpwards: 1, goodputDownwards: 1 },
    // Messages that come at even distances are as many in each replication: that those agree is no chance.
    ...(params.arrivals === 'steady'
      ? {}
      : {
          counted: {
            undelivered: { of: caught.accepted },
            lost: { of: caught.accepted },
            lostInAll: { of: all.accepted },
          },
        }),
    observations: {
      afterReturn: whenAllEnded(caught, tally.afterReturn.toData()),
      freshDelay: whenAllEnded(all, tally.fresh.toData()),
    },
    state: params.load >= 1 ? 'overloaded' : 'stable',
    flow: {
      injected: sum((one) => one.tally.all.accepted),
      completed: sum((one) => one.counters.delivered),
      queued: sum(({ left }) => left),
      running: sum(({ inFlight }) => inFlight),
      dropped: sum((one) => one.counters.dead),
      expired: 0,
    },
    little: [],
    invariants: [
      { name: 'causality: accepted <= sent <= answered', ok: worlds.every((one) => one.tally.inOrder) },
      {
        name: 'attempts that the receiver saw are those that the engine counts',
        ok: worlds.every((one) => one.attempts === one.counters.sent),
      },
      {
        name: 'what the store saw end is what the engine counts',
        ok: worlds.every(
          ({ tally: { all: seen }, counters }) =>
            seen.delivered === counters.delivered && seen.dead === counters.dead,
        ),
      },
      {
        name: 'every signature computed is accepted',
        ok: worlds.every(({ signatures: { computed, verified } }) => computed > 0 && computed === verified),
      },
    ],
    series: tally.series((at) => capacityAt(params, at >= times.from && at < times.to)),
    counters: {
      messages: sum((one) => one.tally.all.accepted),
      attempts: sum((one) => one.counters.sent),
      probes: sum((one) => one.counters.probes),
      signatures: sum((one) => one.attempts),
      signaturesComputed: sum((one) => one.signatures.computed),
      events: sum((one) => 2 * one.attempts + one.tally.all.accepted),
    },
  }
}

/** Messages that have come to no end. */
const pending = ({ accepted, delivered, dead }: Cohort): number => accepted - delivered - dead

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** Long after the outage, deliveries for each message that comes. */
const goodput = ({ tally: { late } }: World): number | null => ratio(late.delivered, late.accepted)

function capacityAt({ capacity, fault, slowTo }: OutageParams, isOut: boolean): number {
  if (!isOut) return capacity
  return fault === 'down' ? 0 : slowTo * capacity
}
