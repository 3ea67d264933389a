/** Random commands of all kinds, with indices at borders and values of every form. */
import type { Random } from './random.ts'

const BORDERS = [
  0n,
  255n,
  256n,
  4_095n,
  4_096n,
  65_535n,
  8_388_607n,
  8_388_608n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 2n,
]
const LAST = 2n ** 64n - 2n
const KEYS = ['a', 'b', 'c'] as const
const WORDS = ['agent', 'Memory', 'redis', 'array', 'note', 'TODO', 'error', 'x'] as const

export function randomIndex(random: Random): bigint {
  switch (random.below(5)) {
    case 0: {
      const near = random.pick(BORDERS) + BigInt(random.below(7) - 3)
      return near < 0n ? 0n : near > LAST ? LAST : near
    }
    case 1:
      return BigInt(random.below(8_192))
    case 2:
      return BigInt(random.below(1_000)) * 977n
    case 3:
      return BigInt(random.below(40))
    default:
      return BigInt(random.below(300))
  }
}

export function randomValue(random: Random): string {
  switch (random.below(9)) {
    case 0:
      return String(random.below(2_000_000) - 1_000_000)
    case 1:
      return random.pick([
        '',
        '0',
        '-0',
        '007',
        '1e3',
        '0x10',
        'inf',
        '-inf',
        '9223372036854775807',
        '+5',
        '5.',
        '1.50',
      ])
    case 2:
      return (random.below(1e9) / 1_000).toFixed(random.below(6))
    case 3:
      return random.pick(WORDS).repeat(1 + random.below(random.below(20) === 0 ? 600 : 3))
    case 4:
      return `${random.below(1e9)}${random.below(1e9)}`
    case 5:
      return String.fromCharCode(...Array.from({ length: random.below(12) }, () => random.below(256)))
    default:
      return Array.from({ length: 1 + random.below(12) }, () => random.pick(WORDS)).join(
        random.pick([' ', '-', ': ']),
      )
  }
}

const indexText = (random: Random): string => {
  const index = String(randomIndex(random))
  switch (random.below(30)) {
    case 0:
      return `0${index}`
    case 1:
      return ` ${index}`
    case 2:
      return random.pick([
        '-1',
        '-02',
        'x',
        '',
        '1.5',
        '18446744073709551615',
        '1 ',
        '3\0',
        '99999999999999999999',
        '-18446744073709551615',
      ])
    default:
      return index
  }
}

const list = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: 1 + random.below(random.below(12) === 0 ? most * 20 : most) }, make)

/** A pattern of one kind with its word in front. */
function randomPredicate(random: Random): string[] {
  const word = random.pick(WORDS)
  switch (random.below(6)) {
    case 0:
      return ['EXACT', random.below(2) === 0 ? randomValue(random) : word]
    case 1:
      return [
        'GLOB',
        random.pick([
          `*${word}*`,
          `${word}*`,
          `?${word.slice(1)}*`,
          `[a-m]*`,
          `*[0-9]`,
          '*',
          `[^a]?*`,
          '\\*',
        ]),
      ]
    case 2:
      return [
        'RE',
        random.pick([
          `^${word}`,
          `${word}$`,
          `(${word}|note) (agent|x)`,
          '[0-9]+',
          '^$',
          `[a-c]{2}.*${word}`,
          'e.*r',
        ]),
      ]
    case 3:
      return ['APPROX', random.pick(['agnet', 'memroy', word, 'arrayarray']), String(random.below(3))]
    default:
      return ['MATCH', random.pick([word, word.slice(0, 2), '', '1', 'zzz', word.toUpperCase()])]
  }
}

function argrep(random: Random): string[] {
  const ends = [
    random.below(3) === 0 ? indexText(random) : random.pick(['-', '-', '+']),
    random.below(3) === 0 ? indexText(random) : random.pick(['+', '+', '-']),
  ]
  const query = list(random, 2, () => randomPredicate(random))
    .slice(0, 9)
    .flat()
  if (random.below(3) === 0) query.push('AND')
  if (random.below(3) === 0) query.push('NOCASE')
  if (random.below(3) === 0) query.push('LIMIT', String(1 + random.below(20)))
  const shape = random.pick([[], ['WITHVALUES'], ['COUNT'], ['CONTEXT', String(random.below(5))]])
  return [...ends, ...query, ...shape]
}

/** One command; `reload` now and then, where a database is to be read in again. */
export function randomCommand(random: Random): string[] {
  const key = random.below(3) === 0 ? random.pick(KEYS) : 'a'
  const index = (): string => indexText(random)
  const value = (): string => randomValue(random)
  const small = (): string => String(random.below(3) === 0 ? random.below(5_000) : 1 + random.below(30))
  switch (random.below(40)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return ['ARSET', key, index(), ...list(random, 6, value)]
    case 6:
    case 7:
    case 8:
    case 9:
      return ['ARMSET', key, ...list(random, 5, () => [index(), value()]).flat()]
    case 10:
    case 11:
      return ['ARGET', key, index()]
    case 12:
      return ['ARMGET', key, ...list(random, 6, index)]
    case 13:
      return ['ARLEN', key]
    case 14:
      return ['ARCOUNT', key]
    case 15:
    case 16:
    case 17:
      return ['ARDEL', key, ...list(random, 6, index)]
    case 18: {
      const from = randomIndex(random)
      const to = random.below(8) === 0 ? randomIndex(random) : from + BigInt(random.below(3_000))
      return ['ARDELRANGE', key, String(from), String(to > LAST ? LAST : to)]
    }
    case 19:
      return [
        'ARDELRANGE',
        key,
        ...list(random, 2, () => [String(random.below(400)), String(random.below(400))]).flat(),
      ]
    case 20:
    case 21:
    case 22:
      return ['ARINSERT', key, ...list(random, 4, value)]
    case 23:
      return ['ARRING', random.below(2) === 0 ? 'r' : key, small(), ...list(random, 3, value)]
    case 24:
      return ['ARNEXT', key]
    case 25:
      return ['ARSEEK', key, index()]
    case 26:
      return ['ARLASTITEMS', key, small(), ...(random.below(2) === 0 ? ['REV'] : [])]
    case 27:
    case 28:
      return ['ARSCAN', key, index(), index(), ...(random.below(2) === 0 ? ['LIMIT', small()] : [])]
    case 29: {
      const from = randomIndex(random)
      const to = from + BigInt(random.below(300))
      const ends = [String(from), String(to > LAST ? LAST : to)]
      return ['ARGETRANGE', key, ...(random.below(2) === 0 ? ends : ends.reverse())]
    }
    case 30:
    case 31:
      return ['AROP', key, index(), index(), random.pick(['SUM', 'MIN', 'MAX', 'AND', 'OR', 'XOR', 'USED'])]
    case 32:
      return ['AROP', key, '0', String(LAST), 'MATCH', value()]
    case 33:
    case 34:
    case 35:
    case 36:
      return ['ARGREP', key, ...argrep(random)]
    case 37:
      return random.pick([
        ['DEL', key],
        ['RENAME', key, random.pick(KEYS)],
        ['EXISTS', key],
        ['COPY', key, random.pick(KEYS)],
      ])
    case 38:
      return ['COPY', key, random.pick(KEYS)]
    default:
      return random.below(20) === 0 ? ['DEBUG', 'RELOAD'] : ['ARGET', key, index()]
  }
}
