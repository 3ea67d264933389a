/**
 * The scheduler alone: 4,000 messages to 20 receivers in virtual time, from their acceptance on.
 *
 * A quarter of the receivers fail at first and one does so for good, so retries, circuit breakers, probes and messages
 * left to the store are all in it. What is sent, retried, spilled and read back is counted, and so are the timers.
 */
import { DEFAULT_POLICY, POLICIES, VirtualService } from '../../../../engines/webhook/index.ts'
import type { Answer } from '../../../../engines/webhook/index.ts'
import { seeded } from '../../../../engines/webhook/testing/index.ts'
import type { Burst, Row } from '../../harness/row.ts'
import { VERSION } from './accept.ts'

const MESSAGES = 4_000
const ENDPOINTS = 20
/** Few enough that a receiver that fails leaves most of its messages to the store. */
const LANE = 64
/** As sequences are numbered: 2,048 to a millisecond. */
const PER_MS = 2048
const WEEK = 7 * 86_400_000

/** The last receiver never answers with success, four others not before the fourth attempt. */
function answer(seq: number, attempt: number): Answer {
  const endpoint = endpointOf(seq)
  const fails = endpoint === ENDPOINTS || (endpoint % 5 === 0 && attempt < 4)
  return { outcome: { status: fails ? 503 : 200, error: null, retryAfter: null }, after: 5 + (seq % 7) }
}

const endpointOf = (seq: number): number => 1 + (Math.floor(seq / PER_MS) % ENDPOINTS)

function prepare(): Burst {
  const policy = POLICIES.get(DEFAULT_POLICY)!
  const done: Record<string, number> = {}
  const run = (): number => {
    const service = VirtualService.logged({ start: 0, lane: LANE }, answer, seeded(1))
    for (let id = 1; id <= ENDPOINTS; id++) {
      service.act((scheduler, now) => scheduler.addEndpoint(id, { policy, concurrency: 16, rate: null }, now))
    }
    for (let ms = 0; ms < MESSAGES; ms++) {
      service.runUntil(ms)
      service.accept(endpointOf(ms * PER_MS), ms * PER_MS)
    }
    service.runUntil(WEEK)
    const { counters } = service.scheduler
    for (const [name, n] of Object.entries({ ...counters, timerLinks: service.scheduler.timerLinks })) {
      done[name] = (done[name] ?? 0) + n
    }
    let delivered = 0
    for (const { state } of service.store.messages.values()) if (state === 'delivered') delivered++
    const isDisabled = service.scheduler.endpointState(ENDPOINTS) === 'disabled_due_to_failed_deliveries'
    return isDisabled && counters.delivered === delivered ? delivered : -1
  }
  // The last one is disabled in the end, and its messages wait for its owner.
  const expected = (MESSAGES / ENDPOINTS) * (ENDPOINTS - 1)
  return { run, work: MESSAGES, expected, counters: () => ({ ...done }) }
}

export const scheduleRows: readonly Row[] = [
  {
    id: 'webhook/schedule',
    unit: 'messages/s',
    better: 'higher',
    summary:
      '4,000 messages to 20 receivers in virtual time, a quarter of which fail; that each message of the others is delivered once, and the dead one is disabled, is verified',
    ours: { id: 'flowbench', version: VERSION, missing: () => null, prepare },
    peers: [],
  },
]
