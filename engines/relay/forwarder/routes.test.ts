import { expect, test } from 'vitest'
import { routeKeyOf } from '../hint/layout.ts'
import { Routes } from './routes.ts'

/** 10.0.0.0 */
const NET = 0x0a000000

test("a pod's own route wins over its cluster's; numbers stay", () => {
  const routes = new Routes(4)
  expect(routes.find(routeKeyOf(4095, 65_535))).toBe(-1)
  routes.setCluster(4095, NET + 1, 1)
  expect(routes.find(routeKeyOf(4095, 65_535))).toBe(0)
  routes.setPod(4095, 65_535, 0xdfffffff, 65_535)
  expect(routes.find(routeKeyOf(4095, 65_535))).toBe(1)
  expect(routes.find(routeKeyOf(4095, 0))).toBe(0)
  expect(routes.find(routeKeyOf(4094, 0))).toBe(-1)
  routes.setPod(4095, 65_535, NET + 7, 8)
  expect([routes.find(routeKeyOf(4095, 65_535)), routes.address[1], routes.port[1]]).toEqual([1, NET + 7, 8])
})

test('cluster 0 and pod 0 are not mistaken for a cluster-wide route', () => {
  const routes = new Routes(4)
  routes.setPod(0, 0, NET + 1, 1)
  expect(routes.find(routeKeyOf(0, 1))).toBe(-1)
  expect(routes.find(routeKeyOf(1, 0))).toBe(-1)
})

test("draining and removing need a route of the pod's own", () => {
  const routes = new Routes(4)
  routes.setCluster(1, NET + 1, 1)
  expect(routes.drainPod(1, 1, 5)).toBe(false)
  expect(routes.removePod(1, 1)).toBe(false)
  routes.setPod(1, 1, NET + 1, 1)
  expect(routes.drainPod(1, 1, 5)).toBe(true)
  expect(routes.until[1]).toBe(5)
  routes.setPod(1, 1, NET + 1, 1)
  expect(routes.until[1]).toBe(Infinity)
  expect(routes.removePod(1, 1)).toBe(true)
  expect(routes.until[1]).toBe(-Infinity)
  expect(routes.flowsOfPod(1, 1)).toBe(0)
  expect(routes.flowsOfPod(9, 9)).toBe(0)
})

test.each([
  [[4096, 0, 0, 0], 'cluster'],
  [[0, 65_536, 0, 0], 'pod'],
  [[0, 0, 2 ** 32, 1], 'address'],
  [[0, 0, NET, -1], 'port'],
  // Where no datagram arrives.
  [[0, 0, NET, 0], 'port'],
  [[0, 0, 0, 1], '0.0.0.0'],
  [[0, 0, 7, 1], '0.0.0.7'],
  [[0, 0, 0xa9fe0001, 1], '169.254.0.1'],
  [[0, 0, 0xe0000001, 1], '224.0.0.1'],
  [[0, 0, 0xffffffff, 1], '255.255.255.255'],
] as const)('setPod%j is refused', ([cluster, pod, address, port], field) => {
  const routes = new Routes(4)
  expect(() => routes.setPod(cluster, pod, address, port)).toThrow(RangeError)
  expect(() => routes.setPod(cluster, pod, address, port)).toThrow(field)
})

test('a pod may have a reserved address, as some clusters give them', () => {
  const routes = new Routes(4)
  for (const address of [0xf0000001, 0xfffffffe]) {
    expect(() => routes.setPod(1, address & 0xff, address, 1)).not.toThrow()
    expect(() => routes.setCluster(2, address, 1)).not.toThrow()
  }
})

test('setCluster refuses the same', () => {
  expect(() => new Routes(4).setCluster(0, NET, 0)).toThrow('port')
  expect(() => new Routes(4).setCluster(0, 0xe0000001, 1)).toThrow('224.0.0.1')
})

test('a full table says so and keeps what it has', () => {
  const routes = new Routes(1)
  routes.setPod(1, 1, NET + 1, 1)
  expect(() => routes.setPod(1, 2, NET + 1, 1)).toThrow('1 routes')
  routes.setPod(1, 1, NET + 2, 2)
  expect(routes.find(routeKeyOf(1, 2))).toBe(-1)
})

test('a removed route is given to another only when no flow holds it', () => {
  const routes = new Routes(2)
  routes.setPod(1, 1, NET + 1, 1)
  routes.setPod(1, 2, NET + 2, 2)
  routes.flows[0] = 1
  routes.removePod(1, 1)
  expect(() => routes.setPod(1, 3, NET + 3, 3)).toThrow('2 routes')
  routes.flows[0] = 0
  routes.setPod(1, 3, NET + 3, 3)
  expect([
    routes.find(routeKeyOf(1, 1)),
    routes.find(routeKeyOf(1, 3)),
    routes.find(routeKeyOf(1, 2)),
  ]).toEqual([-1, 0, 1])
})

test('no number, no deadline', () => {
  const routes = new Routes(4)
  routes.setPod(1, 1, NET + 1, 1)
  expect(() => routes.drainPod(1, 1, Number.NaN)).toThrow('deadline')
  expect(() => routes.drainPod(1, 70_000, 5)).toThrow('pod')
  expect(routes.drainPod(1, 1, -Infinity)).toBe(true)
  expect(routes.flowsOfPod(1, 1)).toBe(0)
  expect(() => new Routes(0)).toThrow('routes')
})
