/**
 * What `--set`, and the flags that stand for a key of the scenario, say together. Two that give one key different values
 * contradict each other, and are refused: else the later would win without a word.
 */
import { parse } from 'yaml'
import { readPath } from '../sims/lab/run/scenario/settings.ts'
import { UsageError } from './exit.ts'

/** The key that each of these flags sets. */
const KEYS = { seed: 'seed', replications: 'until.replications' } as const

export type KeyFlags = { readonly [flag in keyof typeof KEYS]?: string | undefined }

/** All of them as `PATH=VALUE`, in order. Throws UsageError for two that contradict each other. */
export function settingsOf(set: readonly string[], flags: KeyFlags = {}): string[] {
  const settings = set.map((text) => ({ told: `--set ${shown(text)}`, text }))
  for (const [flag, key] of Object.entries(KEYS)) {
    const value = flags[flag as keyof KeyFlags]
    if (value !== undefined) settings.push({ told: `--${flag} ${value}`, text: `${key}=${value}` })
  }
  const before: Leaf[] = []
  for (const { told, text } of settings) {
    const setting = readSetting(told, text)
    if (setting === null) continue
    const other = before.find((leaf) => isUndone(leaf, setting))
    if (other !== undefined)
      throw new UsageError(`${other.told} and ${told} contradict each other: give one of them`)
    before.push(...setting.leaves)
  }
  return settings.map(({ text }) => text)
}

/** One value, by where it is set and by which flag. */
interface Leaf {
  readonly told: string
  readonly path: readonly string[]
  readonly value: string
}

interface Setting {
  readonly path: readonly string[]
  readonly leaves: readonly Leaf[]
}

/** Whether a later setting takes a value away that was set before. */
function isUndone(earlier: Leaf, { path, leaves }: Setting): boolean {
  // If not below what is set, it may be what was one value, of which a part is set.
  if (!isWithin(earlier.path, path)) return isWithin(path, earlier.path)
  return !leaves.some(
    (leaf) =>
      isWithin(leaf.path, earlier.path) && isWithin(earlier.path, leaf.path) && leaf.value === earlier.value,
  )
}

/** Whether `path` is `root` or lies below it. */
const isWithin = (path: readonly string[], root: readonly string[]): boolean =>
  root.every((step, i) => path[i] === step)

/** Null for what is no setting or no YAML: whoever reads it says so. */
function readSetting(told: string, text: string): Setting | null {
  const equals = text.indexOf('=')
  const path = equals === -1 ? null : readPath(text.slice(0, equals))
  if (path === null) return null
  const leaves: Leaf[] = []
  const walk = (value: unknown, at: readonly string[]): void => {
    if (typeof value === 'object' && value !== null)
      for (const [step, inner] of Object.entries(value)) walk(inner, [...at, step])
    else leaves.push({ told, path: at, value: String(value) })
  }
  try {
    walk(parse(text.slice(equals + 1)), path)
  } catch {
    return null
  }
  return { path, leaves }
}

const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 97)}...` : text)
