/** Makes a failing pair smaller for as long as it fails. */
import type { Options } from '../types.ts'
import type { Pair } from './compare.ts'

function* smaller(pair: Pair): Generator<Pair> {
  for (const key of Object.keys(pair.options) as (keyof Options)[]) {
    const { [key]: _dropped, ...options } = pair.options
    yield { ...pair, options }
  }
  if (pair.notBol) yield { ...pair, notBol: false }
  if (pair.notEol) yield { ...pair, notEol: false }
  if (pair.from > 0) yield { ...pair, from: 0 }
  for (const dropped of pair.broken) {
    yield { ...pair, broken: pair.broken.filter((one) => one !== dropped) }
  }
  for (const length of [8, 4, 2, 1]) {
    for (let i = 0; i + length <= pair.pattern.length; i++) {
      yield { ...pair, pattern: pair.pattern.slice(0, i) + pair.pattern.slice(i + length) }
    }
    for (let i = 0; i + length <= pair.text.length; i++) {
      const text = pair.text.slice(0, i) + pair.text.slice(i + length)
      const broken = pair.broken.map(({ at, bytes }) => ({
        at: at < i + length ? Math.min(at, i) : at - length,
        bytes,
      }))
      if (pair.from <= text.length) yield { ...pair, text, broken }
    }
  }
  // A group is two characters that only go together.
  for (let open = 0; open < pair.pattern.length; open++) {
    if (pair.pattern[open] !== '(') continue
    for (let close = open + 1; close < pair.pattern.length; close++) {
      if (pair.pattern[close] !== ')') continue
      const { pattern } = pair
      yield {
        ...pair,
        pattern: pattern.slice(0, open) + pattern.slice(open + 1, close) + pattern.slice(close + 1),
      }
    }
  }
}

export function shrink(pair: Pair, fails: (pair: Pair) => boolean): Pair {
  let best = pair
  for (let improved = true; improved;) {
    improved = false
    for (const candidate of smaller(best)) {
      if (!fails(candidate)) continue
      best = candidate
      improved = true
      break
    }
  }
  return best
}
