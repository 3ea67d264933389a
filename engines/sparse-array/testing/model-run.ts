/**
 * The engine beside the model: random commands, every reply compared, everything compared every thousand.
 *
 *     node engines/sparse-array/testing/model-run.ts [commands] [seed]
 */
import { isDeepStrictEqual } from 'node:util'
import { Engine } from '../server/engine.ts'
import { Client } from './client.ts'
import { randomCommand } from './commands.ts'
import { Model, plain } from './model.ts'
import { seeded } from './random.ts'

export interface ModelRun {
  readonly commands: number
  /** Replies that were no errors and not empty. */
  readonly substantial: number
}

const LAST = String(2n ** 64n - 2n)

/** Throws at the first difference. */
export function runAgainstModel(commands: number, seed: number, sliceSize = 4_096): ModelRun {
  const random = seeded(seed)
  const client = new Client(new Engine({ debug: true }))
  client.type(`CONFIG SET array-slice-size ${sliceSize}`)
  const model = new Model()
  let substantial = 0
  const ask = (command: readonly string[], at: number): void => {
    const [reply] = client.send(...command)
    const got = plain(reply!)
    const wanted = model.run(command)
    if (!isDeepStrictEqual(got, wanted)) {
      const text = (value: unknown): string => JSON.stringify(value)?.slice(0, 600)
      throw new Error(
        `seed ${seed}, command ${at}: ${text(command)}\n  engine ${text(got)}\n  model  ${text(wanted)}`,
      )
    }
    if (got !== null && got.length > 0 && !String(got).startsWith('-')) substantial++
  }
  for (let i = 0; i < commands; i++) {
    ask(randomCommand(random), i)
    if (i % 1_000 === 999) {
      for (const key of ['a', 'b', 'c', 'r']) {
        ask(['ARSCAN', key, '0', LAST], i)
        ask(['ARLEN', key], i)
        ask(['ARNEXT', key], i)
      }
    }
    // Grown arrays make each comparison slow; a new one begins.
    if (i % 2_500 === 2_499) for (const key of ['a', 'b', 'c', 'r']) ask(['DEL', key], i)
  }
  return { commands, substantial }
}

if (import.meta.main) {
  const commands = Number(process.argv[2] ?? 1_000_000)
  const seed = Number(process.argv[3] ?? 1)
  const share = Math.ceil(commands / 4)
  for (const [i, size] of [4_096, 256, 4_096, 65_536].entries()) {
    const { substantial } = runAgainstModel(share, seed + i, size)
    console.log(
      `slices of ${size}, seed ${seed + i}: ${share} commands, every reply equal (${substantial} with content)`,
    )
  }
}
