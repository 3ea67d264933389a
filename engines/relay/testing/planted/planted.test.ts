import { expect, test } from 'vitest'
import { FAULTS } from './faults.ts'
import type { Found } from './find.ts'
import { runPlanted } from './plant.ts'

// One a number, at the size of a test; all of them, and how long the fuzz takes: `npm run relay:planted`.
const firsts = FAULTS.filter(({ fault }, i) => FAULTS.findIndex((other) => other.fault === fault) === i)

test('twelve faults', () => {
  expect(firsts.map(({ fault }) => fault)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
})

test.each(firsts.map((planted) => [planted.fault, planted.name, planted] as const))(
  'planted fault %d, %s: a fixture finds it',
  (_, __, planted) => {
    const found = JSON.parse(runPlanted([planted], 'testing/planted/find.ts', ['0'])) as Found
    expect(found.fixture).not.toBeNull()
  },
)

test('and nothing is found where none was planted', () => {
  expect(JSON.parse(runPlanted([], 'testing/planted/find.ts', ['0']))).toEqual({ fixture: null, fuzz: null })
})
