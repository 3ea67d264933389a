/** Random small patterns with approximate settings, and texts, for the tests of this folder. */
import fc from 'fast-check'
import type { ApproxLimits, Options } from '../../types.ts'

const letter = fc.constantFrom('a', 'a', 'b', 'b', 'c', '.', '[ab]', '[^a]', 'é')
const assertion = fc.constantFrom('^', '$', '\\b', '\\B', '\\<', '\\>')
const repeat = fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,1}', '{2,}', '*?')
const regionSetting = fc.oneof(
  fc.constantFrom(
    '{~}',
    '{~1}',
    '{~2}',
    '{+1}',
    '{-1}',
    '{#1}',
    '{+1-1}',
    '{+1#2~2}',
    '{-2#1}',
    '{+~1}',
    '{~0}',
  ),
  fc.constantFrom(
    '{ 1i + 2d + 1s < 3}',
    '{ 2i + 1s < 4}',
    '{~2, 1i + 2d + 3s < 5}',
    '{#1, 2s + 1d < 3}',
    '{ 2d < 5}',
  ),
)

/** A pattern of the ERE syntax. */
export const patterns: fc.Arbitrary<string> = fc.letrec<{
  alt: string
  cat: string
  piece: string
  atom: string
}>((tie) => ({
  alt: fc.oneof(
    { weight: 4, arbitrary: tie('cat') },
    { weight: 1, arbitrary: fc.tuple(tie('cat'), tie('cat')).map(([a, b]) => `${a}|${b}`) },
  ),
  cat: fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
  piece: fc.oneof(
    { weight: 5, arbitrary: tie('atom') },
    { weight: 1, arbitrary: assertion },
    { weight: 2, arbitrary: fc.tuple(tie('atom'), repeat).map(([a, b]) => a + b) },
    { weight: 2, arbitrary: fc.tuple(tie('atom'), regionSetting).map(([a, b]) => a + b) },
  ),
  atom: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: letter },
    { weight: 2, arbitrary: tie('alt').map((inner) => `(${inner})`) },
  ),
})).alt

const limit = fc.constantFrom(0, 1, 2, 3, Infinity)
const cost = fc.constantFrom(0, 1, 1, 1, 2, 3)

export const limits: fc.Arbitrary<ApproxLimits> = fc.record(
  {
    maxCost: limit,
    maxErrors: limit,
    maxInsert: limit,
    maxDelete: limit,
    maxSubstitute: limit,
    costInsert: cost,
    costDelete: cost,
    costSubstitute: cost,
  },
  { requiredKeys: [] },
)

const allowed = fc.constantFrom(0, 0, Infinity, Infinity, Infinity)

const price = fc.constantFrom(1, 1, 2, 3)

/** Limits that a search by bits can keep, mostly. */
export const bitLimits: fc.Arbitrary<ApproxLimits> = fc.oneof(
  fc.record(
    { maxErrors: limit, maxCost: limit, maxInsert: allowed, maxDelete: allowed, maxSubstitute: allowed },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      maxCost: fc.nat(6),
      maxInsert: allowed,
      maxDelete: allowed,
      maxSubstitute: allowed,
      costInsert: price,
      costDelete: price,
      costSubstitute: price,
    },
    { requiredKeys: ['maxCost'] },
  ),
  limits,
)

export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n', '😀', '-'), maxLength: 5 }),
)

/** Options and edges of a search. */
export const settings: fc.Arbitrary<{ options: Options; edges: { notBol: boolean; notEol: boolean } }> = fc
  .tuple(fc.option(limits, { nil: undefined }), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([approx, newline, notBol, notEol]) => ({
    options: { newline, ...(approx && { approx }) },
    edges: { notBol, notEol },
  }))
