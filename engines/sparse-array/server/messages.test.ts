/** Messages that tell of a write: they wait for the disk as replies do, so the log must have the write first. */
import { expect, it } from 'vitest'
import { Client } from '../testing/client.ts'
import { Engine } from './engine.ts'
import { NO_HOST } from './host.ts'

it.each([
  ['DEL', ['DEL a b']],
  ['ARDEL', ['ARDEL array 0']],
  ['RENAME', ['RENAME a c']],
  ['EXEC', ['MULTI', 'SET a 2', 'ARSET array 1 x', 'EXEC']],
])('who is told of a write by %s is sent it when the log has all of it', (_, lines) => {
  const events: string[] = []
  const engine = new Engine({
    host: { ...NO_HOST, durable: true, log: () => events.push('logged'), wake: () => events.push('sent') },
  })
  const [reader, writer] = [new Client(engine), new Client(engine)]
  for (const line of ['SET a 1', 'SET b 1', 'ARSET array 0 x', 'CONFIG SET notify-keyspace-events KEA'])
    writer.type(line)
  reader.session.feed(Buffer.from('PSUBSCRIBE *\r\n'))
  events.length = 0
  for (const line of lines) writer.type(line)
  expect(events).toContain('sent')
  expect(events.indexOf('sent')).toBeGreaterThan(events.lastIndexOf('logged'))
  expect(events).toContain('logged')
})
