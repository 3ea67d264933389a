import { describe, expect, test } from 'vitest'
import * as drainAndKill from './fixtures/drain-and-kill.ts'
import * as expiry from './fixtures/expiry.ts'
import { play } from './fixtures/fixture.ts'
import type { Fixture } from './fixtures/fixture.ts'
import * as firstPacket from './fixtures/first-packet.ts'
import * as flowSwitch from './fixtures/flow-switch.ts'
import * as hint from './fixtures/hint.ts'
import * as malformed from './fixtures/malformed.ts'
import * as podAnswers from './fixtures/pod-answers.ts'

const features: Readonly<Record<string, { readonly fixtures: readonly Fixture[] }>> = {
  firstPacket,
  malformed,
  hint,
  podAnswers,
  flowSwitch,
  expiry,
  drainAndKill,
}

describe.each(Object.entries(features))('%s', (_, { fixtures }) => {
  test.each(fixtures.map((fixture) => [fixture.description, fixture] as const))('%s', (_, fixture) => {
    const { verdicts, counters } = play(fixture)
    expect(verdicts).toEqual(fixture.steps.flatMap((step) => ('verdict' in step ? step.verdict : [])))
    expect(counters).toMatchObject(fixture.counters ?? {})
  })
})
