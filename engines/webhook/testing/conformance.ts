/** The one file of cases that every verifier runs. */
import file from '../verify/fixtures/cases.json' with { type: 'json' }
import type { Case } from '../verify/testing/adapters.ts'

export const CONFORMANCE = file.cases as unknown as readonly Case[]
