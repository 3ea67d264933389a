/**
 * Where the names of points stand so that none covers another: each takes the first place about its point that is free, in a drawing as small as any is (a phone's). In a larger one what was apart is farther apart.
 */
interface Named {
  readonly label: string
  readonly x: number
  /** On a logarithmic axis. */
  readonly y: number
  /** Of the point as it is drawn, px. */
  readonly radius: number
}

export interface Placement {
  readonly align: 'left' | 'right'
  readonly dx: number
  readonly dy: number
  /** Which points, by their place in the list, and their names. */
  readonly rows: number[]
  readonly labels: string[]
}

const WIDTH = 280
const HEIGHT = 230
const LINE = 13
const CHARACTER = 6.8

/** Beside a point, and farther off where the point itself is large. */
const PLACES = ([10, 22] as const).flatMap((dx) =>
  ([-9, 13] as const).flatMap((dy) => [
    { align: 'left', dx, dy } as const,
    { align: 'right', dx: -dx, dy } as const,
  ]),
)

/** Left, right, top and bottom, px. */
type Box = readonly [number, number, number, number]

const meets = (a: Box, b: Box): boolean => a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3]

export function placed(points: readonly Named[]): Placement[] {
  const most = Math.max(...points.map(({ x }) => x))
  const [low, high] = [Math.min, Math.max].map((end) => Math.log(end(...points.map(({ y }) => y)))) as [
    number,
    number,
  ]
  const at = ({ x, y }: Named): readonly [number, number] => [
    (WIDTH * x) / (most || 1),
    (HEIGHT * (high - Math.log(y))) / (high - low || 1),
  ]
  const taken: Box[] = points.map((point) => {
    const [x, y] = at(point)
    return [x - point.radius, x + point.radius, y - point.radius, y + point.radius]
  })
  const placements: Placement[] = PLACES.map((place) => ({ ...place, rows: [], labels: [] }))
  // The longest have the fewest places.
  for (const point of points.toSorted((a, b) => b.label.length - a.label.length)) {
    const [x, y] = at(point)
    const long = CHARACTER * point.label.length
    const boxOf = ({ align, dx, dy }: Placement): Box => {
      const from = align === 'left' ? x + dx : x + dx - long
      return [from, from + long, y + dy - LINE / 2, y + dy + LINE / 2]
    }
    const isFree = (place: Placement): boolean => {
      const box = boxOf(place)
      return box[0] >= 0 && box[1] <= WIDTH && !taken.some((other) => meets(other, box))
    }
    const place = placements.find(isFree) ?? placements[0]!
    place.rows.push(points.indexOf(point))
    place.labels.push(point.label)
    taken.push(boxOf(place))
  }
  return placements.filter(({ labels }) => labels.length > 0)
}
