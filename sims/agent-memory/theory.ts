/** No closed form applies: service times are what a real engine counts, and long ones are served a portion at a time. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'

export const predictions = (): TheoryPrediction[] => []
