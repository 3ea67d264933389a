/**
 * Bytes that a packet is on the wire. A datagram too long for the link with its relay header goes in fragments, each with
 * an IP header and a frame of its own (RFC 791): 1,472 bytes of UDP payload fill a frame, so a header on top makes two.
 */

/** Preamble, frame header, check sequence and gap between frames, and the shortest frame without preamble and gap. */
const ETHERNET = { around: 8 + 14 + 4 + 12, shortest: 64, preambleAndGap: 8 + 12 }
const IP_HEADER = 20
/** What one frame carries of IP. */
const MTU = 1500

/** Bytes of frames for a packet of `ipBytes` on IP, with `headerBytes` more inside it. */
export function bytesOnWire(ipBytes: number, headerBytes: number): number {
  const payload = Math.max(0, ipBytes + headerBytes - IP_HEADER)
  // Fragments are cut at multiples of eight bytes, and a short one is padded to the shortest frame.
  const most = Math.floor((MTU - IP_HEADER) / 8) * 8
  const full = Math.max(0, Math.ceil(payload / most) - 1)
  return full * frame(most) + frame(payload - full * most)
}

const frame = (payload: number): number =>
  Math.max(payload + IP_HEADER + ETHERNET.around, ETHERNET.shortest + ETHERNET.preambleAndGap)
