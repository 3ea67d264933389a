import { expect, it } from 'vitest'
import { commandTable } from '../commands/table.ts'
import type { Args } from '../resp/args.ts'
import { frameOf } from '../testing/client.ts'
import { Engine, NO_HOST } from './engine.ts'
import { Session } from './session.ts'
import type { Command } from './session.ts'

it('a transaction that breaks off leaves what it wrote in the log, and what comes after', () => {
  const logged: string[][] = []
  const log = (_: number, commands: readonly Args[]): void => {
    logged.push(commands.map((args) => args.text(1)))
  }
  // Whoever runs the server ends what cannot be reported.
  const engine = new Engine({ host: { ...NO_HOST, durable: true, log } })
  const boom: Command = {
    name: 'boom',
    arity: 1,
    flags: 0,
    group: 'server',
    keys: [0, 0, 0],
    run() {
      throw new Error('boom')
    },
  }
  const find = (args: Args): Command | undefined => (args.is(0, 'boom') ? boom : commandTable.find(args))
  const session = new Session(engine, { all: commandTable.all, find })
  for (const command of [['MULTI'], ['SET', 'a', '1'], ['BOOM'], ['SET', 'b', '2']])
    session.feed(frameOf(command))
  expect(() => session.feed(frameOf(['EXEC']))).toThrow('boom')
  expect([session.closing, session.inTransaction]).toEqual([true, false])
  expect(logged).toEqual([['a']])
  const next = new Session(engine, commandTable)
  next.feed(frameOf(['SET', 'c', '3']))
  expect(logged).toEqual([['a'], ['c']])
  engine.space.release()
})
