import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unmeasuredOf } from '../harness/errors.ts'

/**
 * A new temporary folder, by its real path: that is how Node names the modules in it, and some systems reach their temporary
 * folder by a link. Throws CouldNotMeasure where none can be made.
 */
export function temporaryFolder(prefix: string): string {
  try {
    return realpathSync(mkdtempSync(join(tmpdir(), prefix)))
  } catch (error) {
    throw unmeasuredOf(error)
  }
}
