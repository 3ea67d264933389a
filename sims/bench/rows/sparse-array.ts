/** The sparse array beside its peers: memory, search, calls in the process, the server, and waits beside long work. */
import type { Rows } from '../harness/row.ts'
import { latencyRows } from './sparse-array/latency.ts'
import { memoryRows } from './sparse-array/memory.ts'
import { searchRows } from './sparse-array/search.ts'
import { serveRows } from './sparse-array/serve.ts'
import { storeRows } from './sparse-array/store.ts'

export const rows: Rows = [...memoryRows, ...searchRows, ...storeRows, ...serveRows, ...latencyRows]
