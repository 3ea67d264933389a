import { checkNotNegative } from './refuse.ts'
import type { Stream } from './stream.ts'
import { LAYERS, zigguratTables } from './ziggurat.ts'

/** Tail start and layer area of the half-normal exp(-x^2/2) in 256 layers (Marsaglia and Tsang 2000). */
const R = 3.6541528853610088
const V = 0.00492867323399
const { x: EDGE, f: HEIGHT } = zigguratTables(
  R,
  V,
  (x) => Math.exp(-0.5 * x * x),
  (y) => Math.sqrt(-2 * Math.log(y)),
)

/** Normal with this mean and standard deviation, by ziggurat: one uniform in 98.8 % of draws. */
export function normal(stream: Stream, mean = 0, deviation = 1): number {
  checkNotNegative('normal', 'deviation', deviation)
  // 9 bits: the sign and the layer; 44 bits: the position in it.
  const u = stream.uniform() * (2 * LAYERS)
  const top = u | 0
  const layer = top & (LAYERS - 1)
  const x = (u - top) * EDGE[layer]!
  const size = x < EDGE[layer + 1]! ? x : outside(stream, layer, x)
  return mean + deviation * (top < LAYERS ? size : -size)
}

function outside(stream: Stream, layer: number, x: number): number {
  for (;;) {
    if (layer === 0) return R + tail(stream)
    const low = HEIGHT[layer]!
    if (low + stream.uniform() * (HEIGHT[layer + 1]! - low) < Math.exp(-0.5 * x * x)) return x
    const u = stream.uniform() * LAYERS
    layer = u | 0
    x = (u - layer) * EDGE[layer]!
    if (x < EDGE[layer + 1]!) return x
  }
}

/** How far beyond R (Marsaglia 1964): an exponential of rate R, thinned by what the square adds. */
function tail(stream: Stream): number {
  for (;;) {
    const x = -Math.log(stream.uniformOpen()) / R
    const y = -Math.log(stream.uniformOpen())
    if (2 * y >= x * x) return x
  }
}
