/** Where the strings of a TOML document stand, which its parser does not tell. */
import { parse } from 'smol-toml'

export interface TomlString {
  readonly value: string
  /** From 1: where it begins, or its text does. */
  readonly line: number
  /** The last part of the key that it stands behind, null where there is none, as in a list. */
  readonly key: string | null
}

/** Comments, and strings of all four kinds: within one of them nothing begins another. */
const TOKEN = /#[^\n]*|"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g
const KEY = /(?:([\w-]+)|"([^"\n]*)"|'([^'\n]*)')[ \t]*=[ \t]*$/
/** With what stands around it: a line may be as long as the file. */
const LONGEST_KEY = 200

/** Of a document that can be parsed. */
export function tomlStrings(text: string): TomlString[] {
  const found: TomlString[] = []
  let line = 1
  let counted = 0
  for (const { 0: raw, index } of text.matchAll(TOKEN)) {
    if (raw.startsWith('#')) continue
    line += newlinesIn(text.slice(counted, index))
    counted = index
    const value = valueOf(raw)
    if (value === null) continue
    // A newline right behind the marks is none of the text's.
    const isBelow = /^(?:"""|''')\r?\n/.test(raw)
    const begin = Math.max(text.lastIndexOf('\n', index - 1) + 1, index - LONGEST_KEY)
    const before = KEY.exec(text.slice(begin, index))
    const key = before === null ? null : (before[1] ?? before[2] ?? before[3] ?? null)
    found.push({ value, line: line + (isBelow ? 1 : 0), key })
  }
  return found
}

function valueOf(raw: string): string | null {
  if (!raw.includes('\\') && !/^(?:"""|''')/.test(raw)) return raw.slice(1, -1)
  try {
    const { x } = parse(`x = ${raw}`)
    return typeof x === 'string' ? x : null
  } catch {
    return null
  }
}

const newlinesIn = (text: string): number => text.split('\n').length - 1
