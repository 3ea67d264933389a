/** An attack in words that can be typed: 'a' x 28 + '!'. */
interface Attack {
  readonly prefix: string
  readonly pump: string
  readonly suffix: string
  readonly length: number
}

export function pumpsOf({ prefix, pump, suffix, length }: Attack): number {
  return Math.round((length - prefix.length - suffix.length) / Math.max(1, pump.length))
}

const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

export function attackWords(attack: Attack): string {
  const { prefix, pump, suffix } = attack
  const pumps = `${quoted(pump)} x ${pumpsOf(attack).toLocaleString('en')}`
  return [prefix && quoted(prefix), pumps, suffix && quoted(suffix)].filter((part) => part !== '').join(' + ')
}

/** The same as an expression of JavaScript. */
export function attackCode(attack: Attack): string {
  const { prefix, pump, suffix } = attack
  const parts = [
    prefix && quoted(prefix),
    `${quoted(pump)}.repeat(${pumpsOf(attack)})`,
    suffix && quoted(suffix),
  ]
  return parts.filter((part) => part !== '').join(' + ')
}
