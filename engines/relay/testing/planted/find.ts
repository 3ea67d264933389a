/**
 * Looks for a fault in the engine that it lies in, and says in one line of JSON what found it: the first fixture that
 * does not play as written, and the first packet of the fuzz on which Forwarder and model differ.
 *
 *   node engines/relay/testing/planted/find.ts [packets of fuzz, at most]
 */
import { faultOf } from '../../forwarder/fixtures/fixture.ts'
import { features } from '../../forwarder/fixtures/index.ts'
import { fuzz } from '../fuzz.ts'

export interface Found {
  /** The feature's file and the fixture, and how many packets of fixtures were played until then. */
  readonly fixture: { readonly name: string; readonly packets: number } | null
  /** Packets of fuzz until the first difference, and what it says. */
  readonly fuzz: { readonly packets: number; readonly says: string } | null
}

const PACKETS_PER_WORLD = 32_000

function byFixture(): Found['fixture'] {
  let packets = 0
  for (const [feature, { fixtures }] of Object.entries(features)) {
    for (const fixture of fixtures) {
      packets += fixture.steps.filter((step) => 'verdict' in step).length
      if (faultIn(() => faultOf(fixture)) !== null)
        return { name: `${feature}: ${fixture.description}`, packets }
    }
  }
  return null
}

function byFuzz(most: number): Found['fuzz'] {
  for (let seed = 1, before = 0; before < most; seed++, before += PACKETS_PER_WORLD) {
    const says = faultIn(() => {
      fuzz(PACKETS_PER_WORLD, seed)
      return null
    })
    if (says === null) continue
    const within = Number(/packet (\d+)/.exec(says)?.[1] ?? PACKETS_PER_WORLD)
    return { packets: before + within, says: says.slice(0, 200) }
  }
  return null
}

/** A fault that throws is found as well. */
function faultIn(look: () => string | null): string | null {
  try {
    return look()
  } catch (error) {
    return String(error)
  }
}

const [most = 1_000_000] = process.argv.slice(2).map(Number)
const found: Found = { fixture: byFixture(), fuzz: byFuzz(most) }
console.log(JSON.stringify(found))
