/** A text that grows: prefix, a pump as often as wanted, suffix. */
export interface Attack {
  readonly prefix: string
  readonly pump: string
  readonly suffix: string
  /** Who proposed it: `recheck`, `loops` (our search over the automaton), `find-all`, `plain` (nobody found any). */
  readonly from: string
}

/** Its length in bytes with so many pumps. */
export function attackBytes({ prefix, pump, suffix }: Attack, pumps: number): number {
  return Buffer.byteLength(prefix) + pumps * Buffer.byteLength(pump) + Buffer.byteLength(suffix)
}

/** Its length in characters: UTF-16 units, as JavaScript counts. */
export function attackLength({ prefix, pump, suffix }: Attack, pumps: number): number {
  return prefix.length + pumps * pump.length + suffix.length
}

/** The same for two that are the same text, whoever proposed them. */
export const attackKey = ({ prefix, pump, suffix }: Attack): string => JSON.stringify([prefix, pump, suffix])
