/** Our server in a process of its own, for measuring: `served.ts OPTIONS`, one line of JSON when it listens. */
import { serveSparseArray } from '../../../../engines/sparse-array/index.ts'
import type { ServeOptions } from '../../../../engines/sparse-array/index.ts'

const server = await serveSparseArray(JSON.parse(process.argv[2] ?? '{}') as ServeOptions)
process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
// Whoever started this is gone.
process.stdin.on('end', () => process.exit()).resume()
