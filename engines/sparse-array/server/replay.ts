/** Runs logged commands again, as a client without a connection. */
import { commandTable } from '../commands/table.ts'
import type { Args } from '../resp/args.ts'
import type { Engine } from './engine.ts'
import { Session } from './session.ts'

/** A function that runs the commands of one record in their database. */
export function replayer(engine: Engine): (db: number, commands: readonly Args[]) => void {
  const session = new Session(engine, commandTable)
  session.signIn()
  // Nobody is connected.
  engine.sessions.delete(session)
  engine.stats.connections--
  return (db, commands) => {
    session.db = db
    for (const command of commands) {
      session.execute(command)
      session.out.take()
    }
  }
}
