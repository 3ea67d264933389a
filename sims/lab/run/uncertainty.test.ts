import { expect, test } from 'vitest'
import type { Scenario } from './scenario/load.ts'
import { uncertaintyOf } from './uncertainty.ts'

/** A model whose need is linear in two uncertain parameters: 20 + 4 a + 1 b, both triangular over 0..2. */
const scenario = {
  seed: 3,
  assumptions: ['a', 'b'].map((path) => ({ path, label: path, unit: 'count', low: 0, mid: 1, high: 2 })),
  uncertainty: { samples: 64, shortfall: 9 },
  find: { param: 'hosts', values: Array.from({ length: 12 }, (_, i) => 16 + i) },
} as unknown as Scenario

const ask = (atOnce: number, hold: () => Promise<void> = async () => {}) =>
  uncertaintyOf({
    scenario,
    signal: new AbortController().signal,
    of: 'hosts',
    unit: 'hosts',
    atOnce,
    answerAt: async ({ a, b }) => {
      await hold()
      const need = 20 + 4 * a! + b!
      return need > 27 ? null : need
    },
  })

test('a linear model: shares 16 to 1 within their intervals, the distribution, and the choice to regret least', async () => {
  const { effects, quantiles, beyond, choices, leastRegret } = (await ask(1))!
  expect(effects.map(({ path }) => path)).toEqual(['a', 'b'])
  for (const [i, exact] of [16 / 17, 1 / 17].entries()) {
    expect(effects[i]!.low - 1e-9).toBeLessThanOrEqual(exact + 0.02)
    expect(effects[i]!.high + 1e-9).toBeGreaterThanOrEqual(exact - 0.02)
  }
  expect(quantiles.find(({ p }) => p === 0.5)!.value!).toBeCloseTo(25, 0)
  expect(beyond).toBeGreaterThan(0)
  expect(leastRegret!.value).toBe(quantiles.find(({ p }) => p === 0.9)!.value)
  const enough = choices!.map((one) => one.enough)
  expect(enough).toEqual(enough.toSorted((a, b) => a - b))
})

type Choices = readonly {
  readonly value: number
  readonly enough: number
  readonly worthwhile: number | null
}[]

/** The next is dearer by as much as it is more. */
function expectPriced(choices: Choices): void {
  const priced = choices.slice(0, -1).map((one, i) => {
    const [more, gain] = [choices[i + 1]!.value - one.value, choices[i + 1]!.enough - one.enough]
    return gain > 0 ? more / gain : null
  })
  expect(priced.filter((price) => price !== null).length).toBeGreaterThan(0)
  expect(choices.slice(0, -1).map(({ worthwhile }) => worthwhile)).toEqual(priced)
}

test('what a step costs is as many as it is: four more hosts are four', async () => {
  const values = [20, 24, 28, 32]
  const { choices } = (await uncertaintyOf({
    scenario: { ...scenario, find: { param: 'hosts', values } } as unknown as Scenario,
    signal: new AbortController().signal,
    of: 'hosts',
    unit: 'hosts',
    atOnce: 1,
    answerAt: ({ a, b }) => Promise.resolve(values.find((value) => value >= 20 + 4 * a! + b!) ?? null),
  }))!
  expect(choices!.map(({ value }) => value)).toEqual([24, 28])
  expectPriced(choices!)
  // The last one's next is enough in all cases.
  const { enough, worthwhile } = choices![1]!
  expect(worthwhile).toBeCloseTo(4 / (1 - enough), 9)
})

test('of many choices a few are told, the advised one among them; each case is counted', async () => {
  const values = Array.from({ length: 500 }, (_, i) => 20 + i / 40)
  let counted = 0
  const document = (await uncertaintyOf({
    scenario: { ...scenario, find: { param: 'hosts', values } } as unknown as Scenario,
    signal: new AbortController().signal,
    of: 'hosts',
    unit: 'hosts',
    atOnce: 2,
    onCase: (answered) => (counted = answered),
    answerAt: async ({ a, b }) => values.find((value) => value >= 20 + 4 * a! + b!) ?? null,
  }))!
  expect(document.choices!.length).toBeLessThan(45)
  expectPriced(document.choices!)
  expect(document.choices!.map(({ value }) => value)).toContain(document.leastRegret!.value)
  expect(counted).toBe(64)
})

test('the same, however many cases are answered at once and whichever ends first', async () => {
  let turn = 0
  const uneven = () => new Promise<void>((resolve) => setTimeout(resolve, (turn++ * 7) % 5))
  expect(await ask(3, uneven)).toEqual(await ask(1))
})

test('a step of the search is as many as it is: the next value must be worth all of them', async () => {
  const choicesOf = async (values: readonly number[]) =>
    (await uncertaintyOf({
      scenario: { ...scenario, find: { param: 'hosts', values } } as unknown as Scenario,
      signal: new AbortController().signal,
      of: 'hosts',
      unit: 'hosts',
      atOnce: 1,
      answerAt: async ({ a, b }) => values.find((value) => value >= 20 + 4 * a! + b!) ?? null,
    }))!.choices!
  for (const values of [
    [20, 24, 28, 32],
    [20, 21, 24, 28.5, 32],
  ]) {
    const choices = await choicesOf(values)
    expect(choices.length).toBeGreaterThan(1)
    for (const [i, { value, enough, worthwhile }] of choices.slice(0, -1).entries()) {
      const next = choices[i + 1]!
      expect(worthwhile! * (next.enough - enough)).toBeCloseTo(next.value - value, 9)
    }
  }
})
