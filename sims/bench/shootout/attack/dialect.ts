/**
 * How a pattern is to be read when attacks on an engine are looked for: as that engine reads it. The attack is then run on
 * the engine with the pattern as it was written, so a reading that is not the engine's costs attacks; that it may is told.
 */
import { isPattern } from './characters.ts'
import { dialectOf, type DialectName } from './dialects.ts'
import { translate } from './translate.ts'

/** A pattern of ECMAScript. */
export interface Reading {
  readonly source: string
  readonly flags: string
}

export interface Readings {
  /** Each is to be attacked; none where the pattern cannot be read at all. */
  readonly readings: readonly Reading[]
  /** A part of the pattern that is not read as the engine reads it, null for none. */
  readonly differs: string | null
}

export function readingsOf(pattern: string, flags: string, dialect: DialectName): Readings {
  const asIs: readonly Reading[] = isPattern(pattern, flags) ? [{ source: pattern, flags }] : []
  if (dialect === 'ecmascript') return { readings: asIs, differs: null }
  const translated = translate(pattern, flags, dialectOf(dialect, flags))
  if (translated === null || !isPattern(translated.source, translated.flags))
    return { readings: asIs, differs: pattern }
  const { differs, ...reading } = translated
  if (dialect !== 'other') return { readings: [reading], differs }
  // It may be one that reads patterns as ECMAScript does. Where all do, that is that.
  const isRead = asIs.length > 0 && differs === null
  return { readings: isRead ? asIs : [...asIs, reading], differs }
}
