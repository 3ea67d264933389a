import { expect, test } from 'vitest'
import { UsageError } from './exit.ts'
import { settingsOf } from './settings.ts'

test.each([
  [['a=1', 'b=2'], {}],
  [['params.x=1', 'params.y=2'], {}],
  // The same said twice, or more of it.
  [['seed=3'], { seed: '3' }],
  [['until={halfWidth: 1%}'], { replications: '7' }],
  [['until={halfWidth: 1%, replications: 7}'], { replications: '7' }],
  [['expect=["a < 1"]', 'expect[1]="b < 1"'], {}],
  [['load={csv: a.csv}', 'load={csv: a.csv}'], {}],
  // What is no setting is told by whoever reads it.
  [['seed', 'a=[', '=1'], { seed: '4' }],
])('%j with %j is as it says, in order', (set, flags) => {
  const told = settingsOf(set, flags)
  const own = Object.entries(flags).map(
    ([flag, value]) => `${flag === 'seed' ? '' : 'until.'}${flag}=${value}`,
  )
  expect(told).toEqual([...set, ...own])
})

test.each([
  [['seed=4'], { seed: '3' }, '--set seed=4 and --seed 3 contradict each other: give one of them'],
  [['until.replications=5..60'], { replications: '7' }, '--replications 7'],
  [['until={halfWidth: 1%, replications: 5}'], { replications: '7' }, '--replications 7'],
  [['until=7'], { replications: '7' }, '--replications 7'],
  [['params.x=1', 'b=2', 'params.x=2'], {}, '--set params.x=1 and --set params.x=2'],
  [['params.x=1', 'params={y: 2}'], {}, '--set params={y: 2}'],
  [['expect[0]="a < 1"', 'expect=["b < 1"]'], {}, '--set expect=['],
  [['until={}', 'seed=1', 'seed=2'], {}, '--set seed=2'],
])('%j with %j is refused', (set, flags, message) => {
  expect(() => settingsOf(set, flags)).toThrow(UsageError)
  expect(() => settingsOf(set, flags)).toThrow(message)
})
