/** The parameters of callers behind firewalls, in base units once parsed. */
import { z } from 'zod'
import { bytes, choice, count, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'
import { LADDERS } from './networks.ts'

export const firewalledParams = z
  .strictObject({
    weeklyActiveUsers: uncertain(count({ max: 10e9 }))
      .prefault('900M')
      .describe('people who use the service in a week'),
    voiceShare: uncertain(share()).prefault('5%').describe('share of them who talk to it'),
    callsPerUser: uncertain(count()).prefault(3).describe('calls in a week of one who talks'),
    callLength: uncertain(duration({ above: 0 }))
      .prefault('5min')
      .describe('length of a call'),
    peakFactor: uncertain(count({ min: 1, max: 10 }))
      .prefault(1.5)
      .describe('calls at once at the peak, over the mean of the week'),
    packetsPerSecond: uncertain(rate({ above: 0 }))
      .prefault('77/s')
      .describe('packets of a call, both ways'),
    packetSize: uncertain(bytes({ above: 0 }))
      .prefault('140B')
      .describe('bytes of one, IP header included'),

    udpBlocked: uncertain(share()).describe('clients whose network lets no UDP out'),
    tlsOnly: uncertain(share())
      .prefault('30%')
      .describe('of those, networks that let only TLS on port 443 out'),
    proxyOnly: uncertain(share())
      .prefault('20%')
      .describe('of those, networks that let only an HTTP proxy out'),
    closed: uncertain(share()).prefault('5%').describe('of those, networks that let no call out at all'),
    symmetricNat: uncertain(share())
      .prefault('10%')
      .describe('clients behind a symmetric NAT: harmless, as the server has a public address'),
    ipv6Only: uncertain(share()).prefault('2%').describe('clients without an IPv4 address'),
    nat64: uncertain(share())
      .prefault('80%')
      .describe(
        'of those, networks that translate to an IPv4 relay (NAT64 with 464XLAT, or a relay with IPv6)',
      ),

    ladder: choice(LADDERS).describe('what is offered besides UDP to the relay'),
    rollout: uncertain(share())
      .prefault('100%')
      .describe('clients that are offered it, whatever their network; the others have UDP to the relay only'),
    gathering: choice(['trickle', 'full'])
      .prefault('trickle')
      .describe('send the offer at once (RFC 8838), or when every candidate is gathered'),
    stunServer: choice(['none', 'reachable', 'unreachable'])
      .prefault('none')
      .describe('a STUN server that the client asks for its address; full gathering waits for it'),
    gatheringLimit: duration({ above: 0 })
      .prefault('10s')
      .describe('after which full gathering goes on with what it has'),
    nomination: choice(['aggressive', 'regular'])
      .prefault('aggressive')
      .describe(
        'the first check that succeeds decides (libwebrtc against a lite server), or one more is sent',
      ),

    rtt: uncertain(duration({ above: 0 }))
      .prefault('40ms')
      .describe('round trip to the relay, median; the 95th percentile is three times that'),
    turnRtt: uncertain(duration()).prefault('10ms').describe('round trip from a TURN server to the relay'),
    loss: uncertain(share({ below: 1 }))
      .prefault('1%')
      .describe('packets lost, each way, each for itself'),
    patience: duration({ above: 0 })
      .prefault('20s')
      .describe('after which a caller who is not connected gives up'),
    stallLimit: uncertain(duration({ above: 0 }))
      .prefault('3s')
      .describe('a pause in the audio that ends the call'),
    calls: integer({ min: 1, max: 20_000_000, unit: 'calls' })
      .prefault('100k')
      .describe('calls simulated in one replication'),
  })
  .refine(({ udpBlocked, ipv6Only }) => udpBlocked + ipv6Only <= 1, {
    message: 'impossible: udpBlocked and ipv6Only are more than all clients',
    path: ['udpBlocked'],
  })
  .refine(({ tlsOnly, proxyOnly, closed }) => tlsOnly + proxyOnly + closed <= 1, {
    message: 'impossible: tlsOnly, proxyOnly and closed are more than all blocked clients',
    path: ['tlsOnly'],
  })

export type FirewalledParams = z.infer<typeof firewalledParams>
