import { renderBench } from '../reports/bench/terminal.ts'
import { nameArrayRedis } from '../sims/bench/peers/sparse-array/array-redis.ts'
import { benchNames, runBench } from '../sims/bench/registry.ts'
import { SIMS_MODULE } from '../sims/index.ts'
import { ALWAYS } from './acts.ts'
import { defineCommand, wholeNumber } from './command.ts'
import { UsageError } from './exit.ts'
import { interruptible } from './interruptible.ts'

export const bench = defineCommand({
  command: 'bench <name>',
  describe: 'An engine, the kernel or the sims against peers and other commits, interleaved in one run',
  builder: (parser) =>
    parser
      .positional('name', { choices: benchNames, demandOption: true, describe: 'what to measure' })
      .option('rows', { type: 'string', array: true, describe: 'only rows whose id contains one of these' })
      .option('against', {
        type: 'string',
        requiresArg: true,
        describe: 'a commit: its code is one more peer, "base"',
      })
      .option('peers', {
        type: 'string',
        array: true,
        describe: 'only these peers; "base" for none but the commit of --against, "none" for none',
      })
      .option('redis', {
        type: 'string',
        requiresArg: true,
        describe: 'sparse-array: URL of a Redis that has arrays, one more peer',
      })
      .option('rounds', {
        ...wholeNumber('rounds', 1),
        describe: 'rounds of interleaved bursts; default 20, fewer for rows whose bursts last long',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'print the bench document and nothing else',
      }),
  acts: {
    name: ALWAYS,
    rows: ALWAYS,
    against: ALWAYS,
    peers: ALWAYS,
    redis: {
      unless: ({ name }) =>
        name === 'sparse-array' ? null : `${String(name)}: it is a peer of sparse-array`,
    },
    rounds: ALWAYS,
    json: ALWAYS,
  },
  async handler({ name, rows, against, peers, redis, rounds, json }) {
    if (peers?.includes('base') && against === undefined) {
      throw new UsageError('the peer "base" is the commit that --against names')
    }
    const other = peers?.find((peer) => peer !== 'none')
    if (other !== undefined && peers?.includes('none')) {
      throw new UsageError(`--peers none and --peers ${other} contradict each other`)
    }
    if (redis !== undefined) {
      try {
        await nameArrayRedis(redis)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
        throw new UsageError(`--redis takes redis://HOST:PORT, not ${redis}`, { cause: error })
      }
    }
    await interruptible(async (signal) => {
      const document = await runBench(name, {
        ...(rows && { rows }),
        ...(peers && { peers: peers.filter((peer) => peer !== 'base' && peer !== 'none') }),
        ...(against !== undefined && { against }),
        ...(rounds !== undefined && { rounds }),
        handed: SIMS_MODULE,
        signal,
        onProgress: (text) => process.stderr.write(`${text}\n`),
      })
      console.log(json ? JSON.stringify(document) : renderBench(document))
    })
  },
})
