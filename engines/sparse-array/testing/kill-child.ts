/** A server on a folder, until it is killed: prints its port when it listens. */
import { serveSparseArray } from '../io/server.ts'

const [dir] = process.argv.slice(2)
const server = await serveSparseArray({ dir: dir!, fsync: 'always' })
console.log(server.port)
