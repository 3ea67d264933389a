/** What the engine does by itself is what the sim simulates, unless somebody asks for something else. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Engine, TURN_MS } from '../../engines/sparse-array/index.ts'
import type { Sim } from '../lab/contract/sim.ts'
import { readScenario } from '../lab/run/scenario/load.ts'
import { agentMemory } from './index.ts'
import { agentMemoryParams, type AgentMemoryParams } from './params.ts'

test('the turn and the budget of a search are the engine’s', () => {
  const { turn, budget } = agentMemoryParams.parse({})
  expect(turn).toBeCloseTo(TURN_MS / 1000, 12)
  expect(budget).toBe(new Engine().maxSteps)
})

test.each(['agent-memory', 'agent-memory-hostile'])('%s takes turns as long as the engine’s', (name) => {
  const file = join(import.meta.dirname, `../../scenarios/${name}.yaml`)
  const { params } = readScenario(file, new Map([[agentMemory.name, agentMemory as unknown as Sim]]))
  expect((params as AgentMemoryParams).turn).toBeCloseTo(TURN_MS / 1000, 12)
})
