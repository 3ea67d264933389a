/**
 * Patterns of other dialects, read as ECMAScript's so that attacks can be looked for: rules of secret scanners begin with
 * `(?i)`, those of firewalls have possessive repetitions. The attack is then run on the engine with the pattern as it was
 * written; so a reading that is not exact costs an attack at most.
 */
const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/\(\?P?<(?=[A-Za-z_])/g, '(?<'],
  [/\(\?P=(\w+)\)/g, '\\k<$1>'],
  [/\(\?P>\w+\)|\(\?R\)|\(\?\d+\)/g, ''],
  [/\(\?>/g, '(?:'],
  [/\(\?#[^)]*\)/g, ''],
  [/(\\A)/g, '^'],
  [/\\[zZ]/g, '$'],
  [/\\[<>]/g, '\\b'],
  [/\\h/g, '[ \\t]'],
  [/\\R/g, '(?:\\r?\\n)'],
  [/([*+?}])\+/g, '$1'],
  [/\(\?[imsxU-]+:/g, '(?:'],
  [/\(\?[imsxU-]+\)/g, ''],
  [/\[:alpha:\]/g, 'a-zA-Z'],
  [/\[:alnum:\]/g, 'a-zA-Z0-9'],
  [/\[:digit:\]/g, '0-9'],
  [/\[:xdigit:\]/g, '0-9a-fA-F'],
  [/\[:space:\]/g, '\\s'],
  [/\[:blank:\]/g, ' \\t'],
  [/\[:upper:\]/g, 'A-Z'],
  [/\[:lower:\]/g, 'a-z'],
  [/\[:punct:\]/g, '!-\\/:-@\\[-`{-~'],
  [/\[:word:\]/g, '\\w'],
]

const INLINE = /\(\?([ims]+)\)/g

/** Null when no reading is a pattern of ECMAScript. */
export function inEcmaScript(pattern: string, flags: string): { source: string; flags: string } | null {
  if (isPattern(pattern, flags)) return { source: pattern, flags }
  const inline = [...pattern.matchAll(INLINE)].flatMap(([, letters]) => Array.from(letters!))
  const all = [...new Set([...flags.split(''), ...inline])].join('')
  const source = REWRITES.reduce((text, [from, to]) => text.replaceAll(from, to), pattern)
  return isPattern(source, all) ? { source, flags: all } : null
}

function isPattern(source: string, flags: string): boolean {
  try {
    RegExp(source, flags)
    return true
  } catch {
    return false
  }
}
