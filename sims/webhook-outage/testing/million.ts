/**
 * A million messages through a 24 h outage under one policy: CPU time, memory, and whether every attempt is one that the
 * engine counts. Of 24 h of virtual time, one process.
 *
 *     npm run webhook:million [-- POLICY]
 */
import { POLICIES } from '../../../engines/webhook/core.ts'
import { outageParams } from '../params.ts'
import { policyOf } from '../policies.ts'
import { simulateWorld } from '../world.ts'
import { context } from '../../lab/contract/testing/context.ts'

const MESSAGES = 1e6
const DAY = 86_400
const LOAD = 0.005
const MOST_SECONDS = 30
const MOST_MIB = 512

const name = process.argv[2] ?? 'svix'
if (!POLICIES.has(name)) {
  console.error(`no policy is called "${name}": ${[...POLICIES.keys()].join(', ')}`)
  process.exit(2)
}
const params = {
  ...outageParams.parse({ capacity: '1/s', load: '1%', outage: '24h', arrivals: 'steady', before: '0s' }),
  policy: name,
  load: LOAD,
  capacity: MESSAGES / DAY / LOAD,
  after: 1,
}
const before = process.cpuUsage()
const world = simulateWorld(params, context(), { policy: policyOf(name, params), hasOutage: true })
const { user, system } = process.cpuUsage(before)
const seconds = (user + system) / 1e6
const mebibytes = process.resourceUsage().maxRSS / 1024
const { tally, counters, attempts } = world
const isCounted = attempts === counters.sent && tally.all.delivered === counters.delivered
console.log(
  JSON.stringify({
    policy: name,
    messages: tally.caught.accepted,
    attempts,
    engineCounts: counters,
    lost: tally.caught.dead / tally.caught.accepted,
    cpuSeconds: Number(seconds.toFixed(2)),
    peakMiB: Math.round(mebibytes),
  }),
)
const isMet =
  isCounted && tally.caught.accepted >= MESSAGES && seconds <= MOST_SECONDS && mebibytes <= MOST_MIB
process.exitCode = isMet ? 0 : 1
