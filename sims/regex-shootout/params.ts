/** What a shoot-out can be asked. The patterns of a suite of growth stand in the scenario; the texts of one of speed are its own. */
import { z } from 'zod'
import { bytes, choice, duration, integer, text } from '../lab/contract/quantity.ts'

export const SUITES = ['redos', 'curated', 'argrep-fragments', 'growth'] as const

export const shootoutParams = z
  .strictObject({
    suite: choice(SUITES).describe(
      'redos: growth with the text; growth: with the pattern too, and correctness; curated, argrep-fragments: speed',
    ),
    patterns: z
      .array(text(2_000))
      .max(1_000)
      .prefault([])
      .describe('patterns of a suite of growth, in the syntax that all engines share'),
    rounds: integer({ min: 1, max: 100, unit: 'rounds' })
      .prefault(7)
      .describe('rounds of interleaved samples, of a suite of speed'),
    sampleTime: duration({ above: 0, max: 1 })
      .prefault('5ms')
      .describe('length of a sample, of a suite of speed'),
    searchTime: duration({ above: 0, max: 10 })
      .prefault('1s')
      .describe('a search that takes this long is long enough, of a suite of growth'),
    textSize: bytes({ min: 1_000, max: 100e6 })
      .prefault('10MB')
      .describe('longest text, of a suite of growth'),
  })
  .refine(({ suite, patterns }) => patterns.length > 0 === (suite === 'redos' || suite === 'growth'), {
    message:
      'redos and growth need patterns; curated and argrep-fragments have texts and patterns of their own',
    path: ['patterns'],
  })

export type ShootoutParams = z.infer<typeof shootoutParams>
