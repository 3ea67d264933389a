/**
 * Profiles of V8 (`--cpu-prof`), one for each thread, as one tree of calls and one table of functions.
 *
 * A profile is a list of samples, each of them a node of the call tree, and the time until the next. A function's own
 * time is that of the samples in it, over all places that it is called from.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

interface RawNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

interface RawProfile {
  readonly nodes: readonly RawNode[]
  readonly samples: readonly number[]
  /** Microseconds, from each sample to the one before. */
  readonly timeDeltas: readonly number[]
}

/** A function as it was called from the ones above it. */
export interface Frame {
  /** `path#name`, the path from the top of the tree that was profiled, of a library from its `node_modules`. */
  readonly name: string
  /** Seconds in it and in what it called. */
  total: number
  /** Seconds in it alone. */
  self: number
  readonly children: Map<string, Frame>
}

const newFrame = (name: string): Frame => ({ name, total: 0, self: 0, children: new Map() })

/** V8's own frames, and the wait of a worker that has nothing to do: no work. */
const REST = new Set(['(root)', '(program)', '(idle)', 'atomicsWaitLoop'])

/** Everything that the profiles in `folder` hold, of code that lies in `root`. */
export function readProfiles(folder: string, root: string): Frame {
  const all = newFrame('all')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    addProfile(all, JSON.parse(readFileSync(join(folder, file), 'utf8')) as RawProfile, root)
  }
  return all
}

/** Adds one thread's profile to the tree. */
export function addProfile(all: Frame, { nodes, samples, timeDeltas }: RawProfile, root: string): void {
  const own = new Map<number, number>()
  for (const [i, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[i] ?? 0) / 1e6)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const called = new Set(nodes.flatMap(({ children = [] }) => children))
  const add = (into: Frame, { id, callFrame, children = [] }: RawNode): number => {
    const isRest = REST.has(callFrame.functionName)
    const name = nameOf(callFrame, root)
    const frame = isRest ? into : (into.children.get(name) ?? newFrame(name))
    if (!isRest) into.children.set(name, frame)
    const self = isRest ? 0 : (own.get(id) ?? 0)
    let total = self
    for (const child of children) total += add(frame, byId.get(child)!)
    frame.self += self
    if (!isRest) frame.total += total
    return total
  }
  for (const node of nodes) if (!called.has(node.id)) all.total += add(all, node)
}

function nameOf({ functionName, url }: RawNode['callFrame'], root: string): string {
  const name = functionName || '(anonymous)'
  if (url === '') return name
  return `${url.startsWith('file:') ? placeOf(fileURLToPath(url), root) : url}#${name}`
}

/** Of a library its place in the innermost `node_modules`: a tree may have it by a link, and it is the same library. */
function placeOf(file: string, root: string): string {
  const library = file.split(sep).lastIndexOf('node_modules')
  return library < 0 ? relative(root, file) : file.split(sep).slice(library).join(sep)
}

/** Seconds that each function took by itself, wherever it was called from. */
export function selfTimes(all: Frame): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  const visit = (frame: Frame): void => {
    if (frame.self > 0) times.set(frame.name, (times.get(frame.name) ?? 0) + frame.self)
    for (const child of frame.children.values()) visit(child)
  }
  visit(all)
  return times
}

export interface Growth {
  readonly name: string
  /** Shares of all time at base and at head. */
  readonly base: number
  readonly head: number
}

/**
 * Functions by how much their share of all time differs, the most grown first; those of less than a hundredth left out.
 * Shares, because V8 samples by the wall: on a busy machine everything takes longer.
 */
export function growth(base: Frame, head: Frame): Growth[] {
  const [before, now] = [selfTimes(base), selfTimes(head)]
  return [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({
      name,
      base: (before.get(name) ?? 0) / base.total,
      head: (now.get(name) ?? 0) / head.total,
    }))
    .filter(({ base: a, head: b }) => Math.max(a, b) >= 0.01)
    .toSorted((a, b) => b.head - b.base - (a.head - a.base))
}
