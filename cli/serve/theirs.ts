/** Which failures of a start the caller can put right: one line and exit code 2; all others are bugs. */
import { UsageError } from '../exit.ts'

/** What the system says of a folder, a file, a disk, a host or a port, or of what it has left. */
const CODES = new Set([
  'EACCES',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EBUSY',
  'EDQUOT',
  'EEXIST',
  'EFBIG',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENFILE',
  'ENODEV',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'ENOTFOUND',
  'ENXIO',
  'EPERM',
  'EROFS',
  'ESTALE',
  'ETXTBSY',
  'ERR_SOCKET_BAD_PORT',
])

/** `kinds`: the engine's own errors of that sort. Rethrows; as a UsageError where it is theirs. */
export function refuse(
  engine: string,
  error: unknown,
  kinds: readonly (abstract new (...args: never[]) => Error)[],
): never {
  if (!(error instanceof Error)) throw error
  const isTheirs =
    kinds.some((kind) => error instanceof kind) || CODES.has((error as NodeJS.ErrnoException).code ?? '')
  throw isTheirs ? new UsageError(`serve ${engine}: ${error.message}`, { cause: error }) : error
}
