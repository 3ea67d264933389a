/** An attack with one to three things in it changed at random: header names and values, the body, the moment. */
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { Attempt } from './attacks.ts'

const PIECES = [
  '',
  '.',
  ',',
  ' ',
  'v1,',
  'v1a,',
  'v2,',
  '=',
  '\n',
  '\0',
  'é',
  '٣',
  '-',
  '+',
  '_',
  '0',
  '__proto__',
]
const MOST_CHANGES = 3
/** The moment may move by so much either way, s. */
const DRIFT = 400

type Headers = Record<string, string>
type Change = (attempt: Attempt, name: string, stream: Stream) => Attempt

const withHeader = (attempt: Attempt, name: string, value: string): Attempt => ({
  ...attempt,
  headers: { ...attempt.headers, [name]: value },
})

const piece = (stream: Stream): string => PIECES[stream.below(PIECES.length)]!

const CHANGES: readonly Change[] = [
  (attempt, name) => {
    const headers: Headers = { ...attempt.headers }
    delete headers[name]
    return { ...attempt, headers }
  },
  (attempt, name) => withHeader(attempt, name.toUpperCase(), attempt.headers[name]!),
  (attempt, name, stream) => {
    const value = attempt.headers[name]!
    const at = stream.below(value.length + 1)
    return withHeader(attempt, name, value.slice(0, at) + piece(stream) + value.slice(at))
  },
  (attempt, name, stream) => {
    const value = attempt.headers[name]!
    const at = stream.below(value.length + 1)
    return withHeader(attempt, name, value.slice(0, at) + value.slice(at + 1 + stream.below(4)))
  },
  (attempt, name, stream) => withHeader(attempt, name, piece(stream)),
  (attempt, name, stream) => withHeader(attempt, name, `${piece(stream)} ${attempt.headers[name]!}`),
  (attempt, _name, stream) => ({
    ...attempt,
    body: attempt.body.subarray(0, stream.below(attempt.body.length + 1)),
  }),
  (attempt, _name, stream) => {
    const body = Buffer.from(attempt.body)
    if (body.length > 0) body[stream.below(body.length)]! ^= 1 << stream.below(8)
    return { ...attempt, body }
  },
  (attempt, _name, stream) => ({ ...attempt, after: attempt.after + stream.below(2 * DRIFT) - DRIFT }),
]

export function mutated(attempt: Attempt, stream: Stream): Attempt {
  let result = attempt
  for (let left = 1 + stream.below(MOST_CHANGES); left > 0; left--) {
    const names = Object.keys(result.headers)
    if (names.length === 0) return result
    const change = CHANGES[stream.below(CHANGES.length)]!
    result = change(result, names[stream.below(names.length)]!, stream)
  }
  return result
}
