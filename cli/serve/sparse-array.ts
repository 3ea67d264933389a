import {
  BadDirectory,
  BadLimit,
  BadPasswordFile,
  DamagedError,
  DirectoryNotClaimed,
  LEAST_OUTPUT_LIMIT,
  NotRestored,
  serveSparseArray,
  SnapshotError,
  UnsafeAddress,
} from '../../engines/sparse-array/index.ts'
import { ALWAYS, goesWith, notWith } from '../acts.ts'
import { defineCommand, wholeNumber } from '../command.ts'
import { announce } from './ready.ts'
import { refuse } from './theirs.ts'

export const sparseArray = defineCommand({
  command: 'sparse-array',
  describe: 'The sparse array behind RESP, for redis-cli and all clients of Redis',
  builder: (parser) =>
    parser
      .option('port', { ...wholeNumber('port', 0, 65_535), default: 0, describe: '0: a free one' })
      .option('host', {
        type: 'string',
        default: '127.0.0.1',
        describe: 'other than loopback: with a password only',
      })
      .option('dir', { type: 'string', describe: 'keep log and snapshots here' })
      .option('fsync', {
        choices: ['always', 'everysec', 'no'] as const,
        default: 'everysec' as const,
        describe: 'when a write is on the disk: before it is acknowledged, within a second, some time',
      })
      .option('password', {
        type: 'string',
        describe: 'clients must know it; anyone who lists processes sees it',
      })
      .option('password-file', {
        type: 'string',
        describe: 'file of the password; made if need be',
      })
      .option('output-limit', {
        ...wholeNumber('output-limit', LEAST_OUTPUT_LIMIT),
        describe: 'bytes of replies that may wait for a client',
      })
      .option('max-steps', { ...wholeNumber('max-steps', 1), describe: 'steps that one ARGREP may take' })
      .option('yields', {
        type: 'boolean',
        default: true,
        describe: 'let others in between during long commands',
      })
      .option('cut', {
        type: 'boolean',
        default: false,
        describe: 'cut a log that is damaged in the middle; what is cut off is kept',
      })
      .option('debug', { type: 'boolean', default: false, describe: 'allow DEBUG' }),
  acts: {
    port: ALWAYS,
    host: ALWAYS,
    dir: ALWAYS,
    // Without a folder nothing is kept.
    fsync: goesWith('dir'),
    cut: goesWith('dir'),
    password: ALWAYS,
    'password-file': notWith('password'),
    'output-limit': ALWAYS,
    'max-steps': ALWAYS,
    yields: ALWAYS,
    debug: ALWAYS,
  },
  async handler({
    port,
    host,
    dir,
    fsync,
    password,
    passwordFile,
    outputLimit,
    maxSteps,
    yields,
    cut,
    debug,
  }) {
    const server = await serveSparseArray({
      port,
      host,
      fsync,
      yields,
      cut,
      debug,
      ...(dir === undefined ? {} : { dir }),
      ...(password === undefined ? {} : { password }),
      ...(passwordFile === undefined ? {} : { passwordFile }),
      ...(outputLimit === undefined ? {} : { outputLimit }),
      ...(maxSteps === undefined ? {} : { maxSteps }),
      onNotice: (line) => process.stderr.write(`${line}\n`),
    }).catch((error: unknown) =>
      refuse('sparse-array', error, [
        BadDirectory,
        BadLimit,
        BadPasswordFile,
        DamagedError,
        DirectoryNotClaimed,
        NotRestored,
        SnapshotError,
        UnsafeAddress,
      ]),
    )
    announce(server.host, server.port, server.url)
    const signalled = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    await Promise.race([signalled, server.closed])
    await server.close()
  },
})
