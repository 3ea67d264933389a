import { describe, expect, it } from 'vitest'
import { compile } from '../regex.ts'
import { countOf, loadDefinitions, optionsFor } from '../testing/rebar.ts'

const { definitions } = loadDefinitions()

// All counts hold as they stand: where rebar's engines are leftmost-first, none of these patterns shows it.
describe("rebar's definitions", () => {
  it.each(definitions)('$name: the count, from every call that can tell it', (definition) => {
    const regex = compile(definition.pattern, optionsFor(definition))
    expect(countOf(definition, regex)).toBe(definition.expected)
    const spans = regex.spans(definition.haystack)
    let bytes = 0
    for (let i = 0; i < spans.length; i += 2) bytes += spans[i + 1]! - spans[i]!
    expect(definition.model === 'count-spans' ? bytes : spans.length / 2).toBe(definition.expected)
    expect(regex.test(definition.haystack)).toBe(definition.expected > 0)
    const first = regex.exec(definition.haystack)
    expect(first ? [...first.spans.subarray(0, 2)] : []).toEqual([...spans.subarray(0, 2)])
  })
})
