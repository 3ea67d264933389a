/** All commands, found by the bytes of their names. */
import type { Args } from '../resp/args.ts'
import { arrays } from './arrays.ts'
import { searches } from './searches.ts'
import { admin } from './admin.ts'
import { absent } from './absent.ts'
import type { Command } from './command.ts'
import type { CommandTable } from '../server/session.ts'
import { connection } from './connection.ts'
import { cursors } from './cursors.ts'
import { debug } from './debug.ts'
import { descriptions } from './describe.ts'
import { expiry } from './expiry.ts'
import { keyCommands } from './keys.ts'
import { introspection } from './introspection.ts'
import { listing } from './listing.ts'
import { messages } from './messages.ts'
import { objects } from './object.ts'
import { strings } from './strings.ts'
import { transactions } from './transactions.ts'

const COMMANDS: readonly Command[] = [
  ...arrays,
  ...cursors,
  ...descriptions,
  ...searches,
  ...keyCommands,
  ...listing,
  ...expiry,
  ...objects,
  ...strings,
  ...connection,
  ...transactions,
  ...messages,
  ...admin,
  ...introspection,
  ...debug,
]

const SLOTS = 1_024
const slots: (Command | undefined)[] = Array.from({ length: SLOTS })

/** FNV-1a over lower-cased bytes; names have no bytes where the two cases of other characters would meet. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i]! | 0x20), 0x01000193)
  return (hash ^ (hash >>> 13)) & (SLOTS - 1)
}

for (const command of [...COMMANDS, ...absent]) {
  const bytes = new TextEncoder().encode(command.name)
  let slot = hashOf(bytes, 0, bytes.length)
  while (slots[slot] !== undefined) slot = (slot + 1) & (SLOTS - 1)
  slots[slot] = command
}

function find(args: Args): Command | undefined {
  if (args.count === 0 || args.length(0) > 32) return undefined
  for (let slot = hashOf(args.bytes, args.starts[0]!, args.ends[0]!); ; slot = (slot + 1) & (SLOTS - 1)) {
    const command = slots[slot]
    if (command === undefined || args.is(0, command.name)) return command
  }
}

export const commandTable: CommandTable = { all: COMMANDS, find }
