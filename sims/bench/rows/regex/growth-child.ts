/**
 * One pattern, one engine, one process: what `growth.ts` runs. Its argument is a `GrowthJob` as JSON; it writes a
 * `GrowthNote` a line, as soon as it knows it, since the next thing it does may be its last.
 */
import { writeSync } from 'node:fs'
import { RegexBudgetError } from '../../../../engines/regex/index.ts'
import { ownPeak } from '../../peers/regex/bounded.ts'
import type { GrowthJob, GrowthNote } from './growth.ts'
import type { Question, RegexPeer, Task } from '../../peers/regex/peer.ts'

const { contestant, pattern, texts, roundsMs } = JSON.parse(process.argv[2]!) as GrowthJob

/** Loaded alone: the others' code would only add to what is measured. */
async function load(): Promise<RegexPeer> {
  if (contestant === 'flowbench') return (await import('../../peers/regex/ours.ts')).flowbench
  if (contestant === 'tre') return (await import('../../peers/regex/native.ts')).tre
  if (contestant === 're2') return (await import('../../peers/regex/re2.ts')).re2
  throw new Error(`no contestant ${contestant}`)
}

const peer = await load()
const note = (what: GrowthNote): void => void writeSync(1, `${JSON.stringify(what)}\n`)

/** Peers throw plain errors that say so; anything else is a fault of this program. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof RegexBudgetError || (error instanceof Error && /^(?:refused|gave up)/.test(error.message))

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const ask = async (text: string): Promise<Question> => {
  const task: Task = {
    pattern,
    ignoreCase: false,
    unicode: false,
    text: new TextEncoder().encode(text),
    ask: 'test',
    expected: 0,
  }
  return peer.ask(task)
}

try {
  const answers: number[] = []
  for (const text of texts) {
    const question = await ask(text)
    note({ is: 'compiled', peakBytes: ownPeak() })
    answers.push(question.run())
  }
  // Compiled anew for each round, as a lazy automaton is made by the search.
  let seconds = Infinity
  for (const begin = processorSeconds(); processorSeconds() - begin < roundsMs / 1000;) {
    const question = await ask(texts[0]!)
    const from = processorSeconds()
    question.run()
    seconds = Math.min(seconds, processorSeconds() - from)
    question.close?.()
  }
  note({ is: 'matched', answers, peakBytes: ownPeak(), seconds: Number.isFinite(seconds) ? seconds : null })
} catch (error) {
  if (!isRefusal(error)) throw error
  note({ is: 'refused', why: error.message, peakBytes: ownPeak() })
}
