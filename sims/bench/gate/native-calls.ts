/**
 * Calls from JavaScript into what Node is made of, where most of the work is done out of V8's sight: blocks say nothing
 * of a signature that is made twice, a file that is written in eight pieces, a copy that is compressed once more.
 *
 * A call is work whatever compiler ran, and the same code makes the same number of them; so they are compared as exactly
 * as an engine's own counters are.
 */
import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import sqlite from 'node:sqlite'
import zlib from 'node:zlib'

type Functions = Record<string, unknown>

/** What is counted, by the name that it is reported under. */
const COUNTED: readonly (readonly [name: string, of: object, functions: readonly string[]])[] = [
  [
    'crypto',
    crypto,
    [
      'createHmac',
      'createHash',
      'createCipheriv',
      'createDecipheriv',
      'hash',
      'sign',
      'verify',
      'randomBytes',
    ],
  ],
  ['hmac', crypto.Hmac.prototype, ['update']],
  ['hash', crypto.Hash.prototype, ['update']],
  ['cipher', crypto.Cipheriv.prototype, ['update']],
  ['decipher', crypto.Decipheriv.prototype, ['update']],
  [
    'fs',
    fs,
    [
      'openSync',
      'readSync',
      'writeSync',
      'writevSync',
      'fsyncSync',
      'fdatasyncSync',
      'readFileSync',
      'writeFileSync',
    ],
  ],
  ['sqlite', sqlite.DatabaseSync.prototype, ['exec', 'prepare']],
  ['sqlite', sqlite.StatementSync.prototype, ['run', 'get', 'all', 'iterate']],
  [
    'zlib',
    zlib,
    [
      'deflateSync',
      'inflateSync',
      'gzipSync',
      'gunzipSync',
      'deflateRawSync',
      'inflateRawSync',
      'brotliCompressSync',
      'crc32',
    ],
  ],
]

/** Counts from now on; the returned function tells how many there were so far, by `crypto.createHmac calls`. */
export function countNativeCalls(): () => Readonly<Record<string, number>> {
  const calls: Record<string, number> = {}
  for (const [name, of, functions] of COUNTED) {
    for (const key of functions) {
      const original = (of as Functions)[key]
      if (typeof original !== 'function') continue
      const counter = `${name}.${key} calls`
      calls[counter] = 0
      const counted = function (this: unknown, ...args: unknown[]): unknown {
        calls[counter]!++
        return Reflect.apply(original, this, args)
      }
      // Whoever asks how many arguments it takes, or what hangs on it, is told what was there.
      Object.defineProperties(counted, Object.getOwnPropertyDescriptors(original))
      ;(of as Functions)[key] = counted
    }
  }
  syncBuiltinESMExports()
  return () => ({ ...calls })
}
