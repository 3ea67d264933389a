/** `--set PATH=VALUE`: any key by its path, the value read as YAML, errors blamed on the flag. */
import type { Place, ScenarioError } from './errors.ts'
import { withoutDisplaced } from './load-file.ts'
import { parseTree, placedAt, replaceAt, type Path, type Tree } from './tree.ts'

const STEP = /^([^[\].=]+)((?:\[\d+\])*)$/

/** `params.voiceShare`, `expect[0]`, `sweep.relays.1` as steps, or null where that is no path. */
export function readPath(text: string): string[] | null {
  const steps: string[] = []
  for (const part of text.trim().split('.')) {
    const match = STEP.exec(part)
    if (match === null || match[1] === '__proto__') return null
    steps.push(match[1]!.trim(), ...[...match[2]!.matchAll(/\d+/g)].map(([digits]) => digits))
  }
  return steps.length > 0 && steps.length <= 32 && steps.every((step) => step !== '') ? steps : null
}

/** The tree after all settings, in order; later ones win. */
export function applySettings(
  tree: Tree,
  settings: readonly string[],
): { tree: Tree; errors: ScenarioError[] } {
  const errors: ScenarioError[] = []
  let current = tree
  for (const setting of settings) {
    const shown = setting.length > 100 ? `${setting.slice(0, 97)}...` : setting
    const place: Place = { file: `--set ${shown}`, line: 0, column: 0 }
    const equals = setting.indexOf('=')
    const path: Path | null = equals === -1 ? null : readPath(setting.slice(0, equals))
    if (path === null) {
      errors.push({ ...place, key: '', message: 'expected PATH=VALUE, such as params.servers=12' })
      continue
    }
    if (path[0] === 'environments') {
      errors.push({ ...place, key: 'environments', message: 'cannot be set: choose one by its name' })
      continue
    }
    const text = setting.slice(equals + 1)
    const parsed = text.trim() === '' ? { tree: null, errors: [] } : parseTree(place.file, text)
    errors.push(...parsed.errors.map((error) => ({ ...error, ...place, key: path.join('.') })))
    const value: Tree = parsed.tree ?? { kind: 'scalar', value: null, place, valuePlace: place }
    if (parsed.errors.length > 0) continue
    const placed = placedAt(value, place)
    const alone = replaceAt({ kind: 'map', entries: new Map(), place, valuePlace: place }, path, placed)
    current = replaceAt(withoutDisplaced(current, alone), path, placed)
  }
  return { tree: current, errors }
}
