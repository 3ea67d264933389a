/** Our engine, as its peers are: each question by the call that is made for it. */
import { compile } from '../../../../engines/regex/index.ts'
import type { Regex } from '../../../../engines/regex/index.ts'
import { optionsFor } from '../../../../engines/regex/testing/index.ts'
import { VERSION } from '../../harness/version.ts'
import type { RegexPeer, Task } from './peer.ts'

/** What `ask` asks, put to our engine. */
function answer(regex: Regex, { text, ask }: Task): number {
  if (ask === 'count') return regex.count(text)
  if (ask === 'test') return regex.test(text) ? 1 : 0
  let sum = 0
  if (ask === 'spans') {
    const spans = regex.spans(text)
    for (let i = 0; i < spans.length; i += 2) sum += spans[i + 1]! - spans[i]!
    return sum
  }
  for (const { spans } of regex.findAll(text)) {
    for (let g = 2; g < spans.length; g += 2) sum += spans[g + 1]! - spans[g]!
  }
  return sum
}

export const flowbench: RegexPeer = {
  id: 'flowbench',
  version: VERSION,
  missing: () => null,
  ask: (task) => {
    const regex = compile(task.pattern, { ...optionsFor(task), captures: task.ask === 'groups' })
    return {
      expected: task.expected,
      run: () => answer(regex, task),
      counters: () => ({ ...regex.counters }),
    }
  },
}
