/** The parameters of `agent-memory`. Rates of the machine are intervals: no two machines agree. */
import { z } from 'zod'
import { TURN_MS } from '../../engines/sparse-array/index.ts'
import { bytes, choice, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'

export const agentMemoryParams = z.strictObject({
  fragments: integer({ min: 100, max: 5_000_000, unit: 'fragments' })
    .prefault('50k')
    .describe('Markdown fragments in the array when the span begins'),
  fragmentSize: bytes({ min: 20, max: 2_000 }).prefault('140B').describe('Mean length of a fragment'),
  span: duration({ above: 0, max: 3_600 }).prefault('20s').describe('Stretch of time that is simulated'),
  reads: rate({ above: 0 }).prefault('500/s').describe('ARGETs of readers'),
  writes: rate().prefault('200/s').describe('ARSETs and ARINSERTs of writers'),
  searches: rate().prefault('20/s').describe('ARGREPs of agents'),
  hostileShare: share().prefault('0%').describe('Share of the ARGREPs whose pattern is made to be expensive'),
  budget: integer({ min: 1_000, max: 1e15, unit: 'steps' })
    .prefault('4G')
    .describe('Steps that one ARGREP may take (argrep-max-steps)'),
  turn: duration({ above: 0, max: 1 })
    .prefault(`${TURN_MS}ms`)
    .describe('Time that long commands get between two looks at the other clients'),
  commandTime: uncertain(duration({ above: 0 }))
    .prefault('3us')
    .describe('Time of a command beside its searching: system calls, parsing, reply'),
  searchRate: uncertain(rate({ above: 0 }))
    .prefault('2G/s')
    .describe('Units of counted work (bytes searched, steps of automata) in a second'),
  replyRate: uncertain(rate({ above: 0 }))
    .prefault('1G/s')
    .describe('Bytes of replies written in a second'),
  counterfactuals: choice(['all', 'none'])
    .prefault('all')
    .describe('Whether the same requests are also put to servers that do not yield and have no budget'),
  redis: z
    .string()
    .regex(/^(?:none|redis:\/\/\S+)$/, 'must be redis://HOST:PORT or "none"')
    .prefault('none')
    .describe(
      '`run --live`: URL of a Redis that has arrays, to be asked the same; "none" for none. All are then asked only what Redis knows: no APPROX, CONTEXT, COUNT',
    ),
  live: choice(['yielding', 'at-once'])
    .prefault('yielding')
    .describe('`run --live`: which of our servers is asked'),
})

export type AgentMemoryParams = z.output<typeof agentMemoryParams>
