/** Our search for attacks, in a process of its own: a pattern that it is lost in costs only itself. */
import { createInterface } from 'node:readline'
import {
  parsePattern,
  proposeAttacks,
  UnreadablePattern,
  type Proposals,
} from '../../../../engines/ambiguity/index.ts'

function answer({ source, flags }: { readonly source: string; readonly flags: string }): Proposals {
  try {
    return proposeAttacks(parsePattern(source, flags))
  } catch (error) {
    if (error instanceof UnreadablePattern) return { search: [], busiest: null, findAll: [], complete: false }
    throw error
  }
}

createInterface(process.stdin).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`)
})
