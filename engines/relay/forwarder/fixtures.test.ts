import { describe, expect, test } from 'vitest'
import { faultOf } from './fixtures/fixture.ts'
import { features } from './fixtures/index.ts'

describe.each(Object.entries(features))('%s', (_, { fixtures }) => {
  test.each(fixtures.map((fixture) => [fixture.description, fixture] as const))('%s', (_, fixture) => {
    expect(faultOf(fixture)).toBeNull()
  })
})
