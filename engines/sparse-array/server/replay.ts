/**
 * Runs logged commands again, as a client without a connection.
 *
 * Only what changed something is logged, so no command answers with an error that was not one then: where one does, the
 * data would silently lack a write that was acknowledged, and the start is refused.
 */
import { commandTable } from '../commands/table.ts'
import { latin1 } from '../resp/args.ts'
import type { Args } from '../resp/args.ts'
import type { Engine } from './engine.ts'
import { Session } from './session.ts'

const MINUS = 0x2d

/** A command that was done once cannot be done again. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

/** A function that runs the commands of one record in their database. It throws ReplayError. */
export function replayer(engine: Engine): (db: number, commands: readonly Args[]) => void {
  const session = new Session(engine, commandTable)
  session.signIn()
  // Nobody is connected.
  engine.sessions.delete(session)
  engine.stats.connections--
  return (db, commands) => {
    session.db = db
    for (const command of commands) {
      // The room that a FLUSHALL gave back was used again by what came behind it.
      while (engine.isBurying) engine.bury(Infinity)
      session.execute(command)
      const [reply] = session.out.take()
      if (reply?.[0] === MINUS) {
        const end = reply.indexOf(0x0d)
        throw new ReplayError(`${command.text(0).slice(0, 64)} now fails: ${latin1(reply.subarray(1, end))}`)
      }
    }
  }
}
