import { expect, it } from 'vitest'
import { commandTable } from '../commands/table.ts'
import { Args } from '../resp/args.ts'
import { frameOf } from '../testing/client.ts'
import { Engine } from './engine.ts'
import { NO_HOST } from './host.ts'
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

it('a command that breaks off, or a client that cannot be sent anything, keeps no message from anybody', () => {
  const woken: unknown[] = []
  let isFailing = false
  const reported: unknown[] = []
  const wake = (client: unknown): void => {
    woken.push(client)
    if (isFailing) throw new Error('gone')
  }
  const report = (error: unknown): void => {
    reported.push(error)
    if (!isFailing) throw error
  }
  const engine = new Engine({ host: { ...NO_HOST, wake, report } })
  const listeners = [1, 2].map(() => {
    const session = new Session(engine, commandTable)
    session.feed(frameOf(['SUBSCRIBE', 'c']))
    return session
  })
  const find = (args: Args): Command | undefined => {
    if (!args.is(0, 'boom')) return commandTable.find(args)
    engine.subscribers.publish('c', 'first')
    throw new Error('boom')
  }
  const broken = new Session(engine, { all: commandTable.all, find })
  expect(() => broken.execute(Args.of('BOOM'))).toThrow('boom')
  expect(woken).toEqual(listeners)
  // Nothing runs any more: what comes out of its turn goes at once.
  engine.subscribers.publish('c', 'second')
  expect(woken).toEqual([...listeners, ...listeners])
  isFailing = true
  woken.length = 0
  new Session(engine, commandTable).feed(frameOf(['PUBLISH', 'c', 'third']))
  expect(woken).toEqual(listeners)
  expect(reported.filter((error) => String(error) === 'Error: gone')).toHaveLength(2)
  isFailing = false
  woken.length = 0
  new Session(engine, commandTable).feed(frameOf(['PING']))
  expect(woken).toEqual([])
  engine.space.release()
})
