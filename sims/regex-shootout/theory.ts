/** Nothing closed applies: growth is a property of each engine, and is measured. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'

export const predictions = (): TheoryPrediction[] => []
