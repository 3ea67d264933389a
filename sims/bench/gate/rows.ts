/** A row of this project's benchmarks, ready to be done. It says itself what it must return. */
import { verify } from '../harness/errors.ts'
import { loadRows } from '../harness/load.ts'
import type { Burst, Parts } from '../harness/row.ts'
import type { Ready, Work } from './work.ts'

export async function readyRow(work: Work & { kind: 'row' }): Promise<Ready> {
  const row = (await loadRows(work)).find(({ id }) => id === work.row)
  if (row === undefined) throw new Error('there is no such row')
  const prepared = await row.ours.prepare()
  const burst = 'parts' in prepared ? await allParts(prepared) : prepared
  if (burst.timed !== undefined)
    throw new Error('it is done in a further process, whose time the gate cannot take')
  return {
    run: (repeats) => repeatBurst(burst, repeats),
    result: () => String(burst.expected),
    units: burst.work,
    ...(burst.counters && { counters: () => burst.counters!() }),
    close: () => burst.close?.(),
  }
}

/** All runs in one turn of the event loop where the burst allows it. */
function repeatBurst(burst: Burst, repeats: number): void | Promise<void> {
  for (let i = 0; i < repeats; i++) {
    const got = burst.run()
    if (got instanceof Promise) return finishBurst(burst, got, repeats - i - 1)
    verify(burst, got)
  }
  return undefined
}

async function finishBurst(burst: Burst, running: Promise<number>, left: number): Promise<void> {
  verify(burst, await running)
  for (let i = 0; i < left; i++) verify(burst, await burst.run())
}

/** A mean over parts as one burst: each part once, each part's counters under its own name. */
async function allParts(work: Parts): Promise<Burst> {
  const bursts: Burst[] = []
  for (const part of work.parts) bursts.push(await part.prepare())
  const counters = async (): Promise<Record<string, number>> => {
    const all: Record<string, number> = {}
    for (const [i, burst] of bursts.entries()) {
      for (const [name, n] of Object.entries((await burst.counters?.()) ?? {})) {
        all[`${work.parts[i]!.id}: ${name}`] = n
      }
    }
    return all
  }
  return {
    run: async () => {
      let right = 0
      for (const burst of bursts) if (Object.is(await burst.run(), burst.expected)) right++
      return right
    },
    work: bursts.length,
    expected: bursts.length,
    counters,
    close: async () => {
      for (const burst of bursts) await burst.close?.()
      await work.close?.()
    },
  }
}
