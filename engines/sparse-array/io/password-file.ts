/** The password's file: on the command line a password is seen by everybody who lists processes. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'

export class BadPasswordFile extends Error {
  override readonly name = 'BadPasswordFile'
}

/**
 * The one line in a file that its owner alone can read; made with a random password when it is not there.
 *
 * @throws BadPasswordFile
 */
export function readPassword(path: string): string {
  const fail = (error: unknown): never => {
    throw new BadPasswordFile(`the password file ${path}: ${(error as Error).message}`, { cause: error })
  }
  try {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') fail(error)
  }
  let text = ''
  try {
    const found = statSync(path)
    if (!found.isFile()) throw new Error('is no file')
    if ((found.mode & 0o077) !== 0) throw new Error('others can read it: chmod 600 it')
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    if (text === '') throw new Error('is empty')
    if (text.includes('\n')) throw new Error('holds more than one line')
  } catch (error) {
    fail(error)
  }
  return text
}
