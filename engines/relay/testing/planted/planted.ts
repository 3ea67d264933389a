/**
 * Plants each fault that the relay has had back into a copy, one at a time, and prints what finds it and after how many
 * packets. First the engine as it is, in which nothing may be found. Exits 1 when a fault stays unfound.
 *
 *   npm run relay:planted [-- packets of fuzz, at most, a fault]
 */
import { FAULTS } from './faults.ts'
import type { Found } from './find.ts'
import { runPlanted } from './plant.ts'

const [most = '1000000'] = process.argv.slice(2)
const look = (edits: Parameters<typeof runPlanted>[0], packets: string): Found =>
  JSON.parse(runPlanted(edits, 'testing/planted/find.ts', [packets])) as Found

const none = look([], '200000')
if (none.fixture !== null || none.fuzz !== null)
  throw new Error(`found without a fault: ${JSON.stringify(none)}`)

const unfound = new Set<number>()
console.log('| fault | planted | fixture, after packets | fuzz, after packets |\n| --- | --- | --- | --- |')
for (const planted of FAULTS) {
  const { fixture, fuzz } = look([planted], most)
  if (fixture === null && fuzz === null) unfound.add(planted.fault)
  const byFixture = fixture === null ? '-' : `${fixture.name}, ${fixture.packets}`
  console.log(`| ${planted.fault} | ${planted.name} | ${byFixture} | ${fuzz?.packets ?? '-'} |`)
}
const numbers = new Set(FAULTS.map(({ fault }) => fault))
console.log(`\n${numbers.size - unfound.size} of ${numbers.size} faults found, by ${FAULTS.length} plants`)
if (unfound.size > 0) process.exitCode = 1
