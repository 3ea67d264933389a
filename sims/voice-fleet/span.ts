/** The stretch of the week that is simulated: `week`, `1h at peak`, `30min at start`. */
import { z } from 'zod'
import { formatQuantity, parseQuantity } from '../lab/contract/quantity.ts'

export const WEEK = 7 * 24 * 3600

export interface Span {
  /** Whole seconds. */
  readonly seconds: number
  /**
   * `peak`: centred on the minute with most sessions at once, for every cluster its own, since a fleet is sized by each
   * cluster's evening and not by the hour in which all together are busiest. `start`: from Monday 00:00 UTC on.
   */
  readonly at: 'peak' | 'start'
}

const SPAN = /^(.+?)\s+at\s+(peak|start)$/

export const span = () =>
  z.codec(z.string().meta({ examples: ['week', '1h at peak'] }), z.custom<Span>(), {
    decode(text, ctx): Span {
      if (text.trim() === 'week') return { seconds: WEEK, at: 'start' }
      const [, length = '', at = ''] = SPAN.exec(text.trim()) ?? []
      const parsed = parseQuantity(length, 's')
      if (parsed.ok && parsed.value >= 60 && parsed.value <= WEEK) {
        return { seconds: Math.round(parsed.value), at: at as Span['at'] }
      }
      ctx.issues.push({
        code: 'custom',
        input: text,
        message: `expected "week", or a length from 1min to 7d "at peak" or "at start", such as "1h at peak", not "${text}"`,
        params: { expected: '"week" or "1h at peak"', found: `"${text}"` },
      })
      return z.NEVER
    },
    encode: ({ seconds, at }) => (seconds === WEEK ? 'week' : `${formatQuantity(seconds, 's')} at ${at}`),
  })
