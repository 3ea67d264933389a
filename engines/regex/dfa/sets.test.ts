import { expect, it } from 'vitest'
import { EDGE } from '../automaton/context.ts'
import { MAX_INT32 } from '../foundation/arrays.ts'
import { parse } from '../syntax/parse.ts'
import { UNBUILT } from './lazy.ts'
import { Program } from './program.ts'

it('sets are made right when the numbers of what was seen begin anew', () => {
  const program = new Program(parse('((a|b)*(ab?|bb)|a(b|a?)b)+|bab'))
  /** All transitions, where set number `at` is the last one that an Int32Array can hold. */
  const built = (at: number): number[] => {
    const dfa = program.lazy(program.forward, { merge: false, anchored: true, idle: false })
    const [start, bytes] = [dfa.initial(EDGE, false), Array.from('ab', (char) => char.charCodeAt(0))]
    const states = [start]
    const found: number[] = []
    for (let made = 0; made < states.length; made++) {
      for (const byte of bytes) {
        if (found.length === at) Object.assign(dfa, { generation: MAX_INT32 })
        const value = dfa.build(states[made]!, byte)
        found.push(value)
        const to = value & 0xff_ffff
        if (value !== UNBUILT && to < dfa.table.length && !states.includes(to)) states.push(to)
      }
    }
    return found
  }
  const want = built(-1)
  expect(want.length).toBeGreaterThan(8)
  for (let at = 0; at < want.length; at++) expect(built(at)).toEqual(want)
})
