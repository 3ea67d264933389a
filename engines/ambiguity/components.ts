/** Strong components of an automaton's positions: what is in one can be gone round in. */
import type { Automaton } from './automaton.ts'

export interface Component {
  readonly states: readonly number[]
  /** Whether a way leads from it to itself: of a single state not every one has. */
  readonly isLoop: boolean
}

/** All of them, each behind those that it leads to (Tarjan, without recursion). */
export function strongComponents({ edges, positions }: Automaton): Component[] {
  const index = new Int32Array(edges.length).fill(-1)
  const low = new Int32Array(edges.length)
  const onStack = new Uint8Array(edges.length)
  const stack: number[] = []
  const out: Component[] = []
  let counter = 0
  for (let root = positions; root < edges.length; root++) {
    if (index[root] !== -1) continue
    const work: [number, number][] = [[root, 0]]
    while (work.length > 0) {
      const frame = work.at(-1)!
      const [state, next] = frame
      if (next === 0) {
        index[state] = low[state] = counter++
        stack.push(state)
        onStack[state] = 1
      }
      const edge = edges[state]![next]
      if (edge !== undefined) {
        frame[1]++
        if (index[edge.to] === -1) work.push([edge.to, 0])
        else if (onStack[edge.to]) low[state] = Math.min(low[state]!, index[edge.to]!)
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) low[parent[0]] = Math.min(low[parent[0]]!, low[state]!)
      if (low[state] !== index[state]) continue
      const states: number[] = []
      for (let member = -1; member !== state;) {
        member = stack.pop()!
        onStack[member] = 0
        states.push(member)
      }
      const isLoop = states.length > 1 || edges[state]!.some(({ to }) => to === state)
      out.push({ states: states.toReversed(), isLoop })
    }
  }
  return out
}
