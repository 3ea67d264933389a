/**
 * `npm run gate:commands`: how often `gate --command` gets the order of two programs right, beside a load generator.
 *
 * Each trial makes two folders with a small program, plays rounds of it in both, and asks for their order as the gate
 * does. In half of the trials one program does 3 % more steps, in the other half both do the same. `--trials N` of each
 * kind, default 100; `--steps N` of a program, default 12,000, some 20 ms; `--spinners N`, default one a core; `--budget
 * MINUTES`: begins no further trial. Fails when less than 95 of 100 orders are right, or more than one of 100 is made up.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStream } from '../../../lab/kernel/random/stream.ts'
import { commandPlan, commandRounds } from '../command.ts'
import { startLoad } from '../load.ts'
import { rateOf, type Rate } from '../rate.ts'
import { timeBoth } from '../timing.ts'
import type { Played } from '../duel.ts'

const SLOWER = 0.03

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '100' },
    steps: { type: 'string', default: '12000' },
    spinners: { type: 'string', default: String(availableParallelism()) },
    budget: { type: 'string', default: '1000' },
  },
})
const steps = Number(values.steps)
const stream = openStream(1, 0, 'gate/commands')
const signal = new AbortController().signal

/** `head slower`, `head faster` or null, and after how many rounds. */
async function orderIn(base: number, head: number, seed: number) {
  const room = mkdtempSync(join(tmpdir(), 'flowbench-commands-'))
  try {
    const sides = Object.entries({ base, head }).map(([name, count]) => {
      const folder = join(room, name)
      mkdirSync(folder)
      writeFileSync(join(folder, 'program.sh'), `for ((i = 0; i < ${Math.round(count)}; i++)); do :; done\n`)
      return { name, folder, slower: 0 }
    })
    const play = commandRounds(sides, { command: 'bash program.sh', seed, signal, left: () => Infinity })
    const pair = async () => {
      const [one, two] = (await play()) as [Played, Played]
      return { base: one, head: two }
    }
    const timed = await timeBoth('command', pair, {
      // Only the order is asked: nothing is so much slower that it would have to be confirmed.
      plan: commandPlan(1),
      clock: 'cpu',
      wantsOrder: true,
      isOver: () => false,
      onProgress: () => {},
    })
    return { order: timed!.order, rounds: timed!.timing.rounds }
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

const said = ({ found, of, low, high }: Rate): string =>
  `${found} of ${of} (95 %: ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %)`

const endLoad = startLoad(Number(values.spinners))
const begin = performance.now()
const usedBefore = process.cpuUsage()
let [right, wrong, madeUp, apart, equal, rounds] = [0, 0, 0, 0, 0, 0]
try {
  for (let trial = 0; trial < Number(values.trials); trial++) {
    if (performance.now() - begin > 60_000 * Number(values.budget)) break
    const isHeadSlower = stream.uniform() < 0.5
    const more = steps * (1 + SLOWER)
    const told = await orderIn(isHeadSlower ? steps : more, isHeadSlower ? more : steps, 2 * trial)
    if (told.order === (isHeadSlower ? 'head slower' : 'head faster')) right++
    else if (told.order !== null) wrong++
    apart++
    const same = await orderIn(steps, steps, 2 * trial + 1)
    if (same.order !== null) madeUp++
    equal++
    rounds += told.rounds + same.rounds
    if ((trial + 1) % 10 === 0)
      console.error(`${trial + 1}: ${right} right, ${wrong} wrong, ${madeUp} made up`)
  }
} finally {
  endLoad()
}
const cpu = process.cpuUsage(usedBefore)
console.log(
  `two programs 3 % apart: right order in ${said(rateOf(right, apart))}, wrong in ${wrong}\n` +
    `two programs alike: no order claimed in ${said(rateOf(equal - madeUp, equal))}\n` +
    `${(rounds / (apart + equal)).toFixed(1)} rounds a trial, ${((performance.now() - begin) / 1000).toFixed(0)} s, the gate's own processor time ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s; ` +
    `load ${loadavg()[0]!.toFixed(1)} beside ${values.spinners} spinning processes`,
)
process.exitCode = right < 0.95 * apart || madeUp > 0.01 * equal ? 1 : 0
