/** The API key's file: readable by its owner alone, made with a random key when it is not there. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'

const LEAST_CHARS = 16

export class BadKeyFile extends Error {
  override readonly name = 'BadKeyFile'
}

/** @throws BadKeyFile when others can read it, or it holds no key. */
export function readApiKey(path: string): string {
  try {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new BadKeyFile(`cannot make the key file ${path}: ${(error as Error).message}`, { cause: error })
    }
  }
  if ((statSync(path).mode & 0o077) !== 0)
    throw new BadKeyFile(`others can read the key file ${path}: chmod 600 it`)
  const key = readFileSync(path, 'utf8').trim()
  if (key.length < LEAST_CHARS || !/^[!-~]+$/.test(key)) {
    throw new BadKeyFile(
      `the key in ${path} must be ${LEAST_CHARS} printable characters or more, without spaces`,
    )
  }
  return key
}
