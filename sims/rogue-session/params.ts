/** The parameters of rogue sessions, in base units once parsed. */
import { z } from 'zod'
import { choice, count, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'
import { ATTACKS, DEFENCES } from './defences.ts'

export const rogueParams = z
  .strictObject({
    attack: choice(ATTACKS).describe(
      'stolen-key: sessions of his own with another’s key; copied-ufrag: another’s session, with its password; replay: ' +
        'recorded checks from other addresses; thief-inside: a session of his own, from another’s address',
    ),
    defence: choice(DEFENCES).describe('what is in force against it'),

    weeklyActiveUsers: uncertain(count({ max: 10e9 }))
      .prefault('900M')
      .describe('people who use the service in a week'),
    voiceShare: uncertain(share()).prefault('5%').describe('share of them who talk to it'),
    callsPerUser: uncertain(count()).prefault(3).describe('calls in a week of one who talks'),
    leaked: uncertain(share())
      .prefault('0.001%')
      .describe('calls whose key, ufrag or address a thief gets hold of'),

    keyLifetime: uncertain(duration({ above: 0, max: 7 * 86_400 }))
      .prefault('10min')
      .describe('life of an ephemeral key'),
    leakDelay: uncertain(duration({ above: 0 }))
      .prefault('30s')
      .describe('from the key’s or the call’s beginning to the thief’s first packet, mean (exponential)'),
    ownerDelay: uncertain(duration({ above: 0 }))
      .prefault('1s')
      .describe('from the issue of a key to its owner’s use of it, mean (exponential)'),
    parallel: uncertain(integer({ min: 1, max: 100, unit: 'sessions' }))
      .prefault(5)
      .describe('sessions that a thief runs at once with one key'),
    sessionCap: duration({ min: 60, max: 4 * 3600 })
      .prefault('60min')
      .describe('longest session the service allows'),
    callLength: uncertain(duration({ above: 0 }))
      .prefault('5min')
      .describe('length of an owner’s call, mean (exponential, up to the cap)'),
    vanished: uncertain(share())
      .prefault('10%')
      .describe('owners whose client goes without hanging up, so that the pod is not told'),

    detection: uncertain(duration({ above: 0 }))
      .prefault('10min')
      .describe('from the first forged second to its detection, mean (exponential)'),
    spread: uncertain(duration({ above: 0, max: 60 }))
      .prefault('5s')
      .describe('in which a kill reaches every relay (uniform)'),
    consentTimeout: duration({ above: 0 })
      .prefault('30s')
      .describe('after which consent ends that was not renewed (RFC 7675)'),
    checkInterval: duration({ min: 0.02 })
      .prefault('2.5s')
      .describe('between an owner’s checks (libwebrtc: 2.5 s once stable)'),
    thiefInterval: uncertain(duration({ min: 0.02 }))
      .prefault('500ms')
      .describe('between the checks of a thief who replays or spoofs'),
    podRtt: duration({ above: 0, max: 1 })
      .prefault('2ms')
      .describe('from a check’s arrival at the relay to its pod’s answer'),
    packetsPerSecond: rate({ min: 1, max: 1000 }).prefault('50/s').describe('media packets of an owner'),
    pricePerMinute: uncertain(count({ unit: 'USD' }))
      .prefault(0.1)
      .describe('what a minute of a session costs whoever pays for it'),
    thefts: integer({ min: 1, max: 100_000, unit: 'thefts' })
      .prefault(500)
      .describe('thefts simulated in one replication'),
    watched: integer({ min: 1, max: 100_000, unit: 'thefts' })
      .prefault(50)
      .describe('the same for replays and thieves inside, which are simulated packet by packet'),
  })
  .refine(({ spread, sessionCap }) => spread <= sessionCap, {
    message: 'impossible: spread is longer than a session may be',
    path: ['spread'],
  })

export type RogueParams = z.infer<typeof rogueParams>
