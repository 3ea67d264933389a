/** recheck's JavaScript behind the line protocol of its native program, for platforms that have none. */
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const { checkSync } = createRequire(import.meta.url)('recheck') as typeof import('recheck')

interface Request {
  readonly id: number
  readonly params: { readonly source: string; readonly flags: string; readonly params: object }
}

// Its pure backend: the others would start processes of their own.
process.env['RECHECK_SYNC_BACKEND'] = 'pure'

createInterface(process.stdin).on('line', (line) => {
  const { id, params } = JSON.parse(line) as Request
  const result = checkSync(params.source, params.flags, params.params)
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0+push', id, result })}\n`)
})
