/** What the gate can put to both trees: a benchmark, whose work can also be counted, or a command. */
import { existsSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { environmentIn } from '../checkout/environment.ts'
import { BadRequest } from '../harness/errors.ts'
import { commandPlan, commandRounds, type CommandSide } from './command.ts'
import { confirmed } from './counting.ts'
import { playRound, roundOptions, type Played, type Side } from './duel.ts'
import { planOf, type Plan } from './judge.ts'
import type { Subject } from './subjects.ts'
import type { Pair, TimingOptions } from './timing.ts'
import { placesOf, type Trees } from './trees.ts'

export interface Contest extends Pick<Subject, 'id' | 'timed' | 'sameCode' | 'laidOver'> {
  /** Null where work cannot be counted. */
  readonly subject: Subject | null
  /** By which its rounds are judged, among so many benchmarks, if another tolerance is given, by that. */
  plan(benchmarks: number, tolerance?: number): Plan
  /** Rounds of base against head. */
  pairs(options: TimingOptions): () => Promise<Pair>
  /** Rounds of base, base again, and a copy of base that is slower by this share. */
  controls(options: TimingOptions, slower: number): () => Promise<readonly Played[]>
}

export function benchmarkContest(subject: Subject): Contest {
  const { id, base, head, timed, sameCode, laidOver } = subject
  return {
    id,
    timed,
    sameCode,
    laidOver,
    subject,
    plan: planOf,
    pairs: (options) => {
      const sides: Side[] = [
        { name: 'base', work: base },
        { name: 'head', work: head },
      ]
      const settings = roundOptions(id, options)
      return async () => {
        const [one, two] = (await confirmed(() => playRound(sides, settings))) as [Played, Played]
        return { base: one, head: two }
      }
    },
    controls: (options, slower) => {
      const sides: Side[] = [
        { name: 'base', work: base },
        { name: 'base again', work: base },
        { name: 'a slowed copy', work: base, slower: [slower] },
      ]
      const settings = roundOptions(`control/${id}`, options)
      return () => playRound(sides, settings)
    },
  }
}

/** The command in both trees, in the folder of each that `folder` is in the repository. BadRequest where one has none. */
export function commandContest(command: string, trees: Trees, folder: string): Contest {
  const within = relative(trees.repository, realpathSync(folder))
  const sideOf = (name: string, tree: string, slower = 0): CommandSide => {
    const place = join(tree, within)
    if (!existsSync(place)) throw new BadRequest(`${name} has no folder ${within} to run the command in`)
    return { name, folder: place, env: environmentIn(tree, placesOf(trees)), slower }
  }
  const base = sideOf('base', trees.base.folder)
  const head = sideOf('head', trees.head)
  return {
    id: 'command',
    timed: true,
    sameCode: false,
    laidOver: [],
    subject: null,
    plan: (_, tolerance) => commandPlan(tolerance),
    pairs: ({ seed, signal, left }) => {
      const play = commandRounds([base, head], { command, seed, signal, left })
      return async () => {
        const [one, two] = (await play()) as [Played, Played]
        return { base: one, head: two }
      }
    },
    controls: ({ seed, signal, left }, slower) =>
      commandRounds([base, base, { ...base, slower }], { command, seed, signal, left }),
  }
}
