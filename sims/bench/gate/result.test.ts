import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { FirstResult, resultOf } from './result.ts'

const told = (value: unknown, folder = '/trees/base'): string | null => resultOf(value, folder)

test('what differs is told apart, what is the same is not: keys, bytes, numbers that JSON has none of', () => {
  expect(told({ b: [1n, 'x'], a: new Map([[1, new Set([2])]]) })).toBe(
    '{"a":{"map":[[1,{"set":[2]}]]},"b":[1n,"x"]}',
  )
  expect(told({ a: 1, b: 2 })).toBe(told({ b: 2, a: 1 }))
  const odd = [NaN, Infinity, -Infinity, null, 'NaN'].map((one) => told([one]))
  expect(new Set(odd).size).toBe(odd.length)
  const bytes = new Uint8Array(1000)
  expect(told({ bytes })).toBe(told({ bytes: new Uint8Array(1000) }))
  for (const other of [bytes.with(999, 1), bytes.subarray(1), new Uint16Array(500)])
    expect(told({ bytes: other })).not.toBe(told({ bytes }))
  expect(told(bytes.buffer)).not.toBe(told(bytes.with(0, 1).buffer))
  expect(told(new Date(5))).toBe('"1970-01-01T00:00:00.005Z"')
  const long = Array.from({ length: 100_000 }, (_, i) => i)
  expect(told(long)).toMatch(/^588891 characters with the digest [0-9a-f]{16}$/)
  expect(told(long.with(99_999, 0))).not.toBe(told(long))
})

test('a result that cannot be told is an object and no error', () => {
  const itself: unknown[] = []
  itself.push(itself)
  let deep: unknown = 0
  for (let i = 0; i < 100_000; i++) deep = [deep]
  const fails = (): never => {
    throw new Error('it is closed')
  }
  const unread = Object.defineProperty({}, 'x', { enumerable: true, get: fails })
  for (const one of [itself, deep, unread, { toJSON: () => undefined }]) expect(told(one)).toBe('an object')
  expect(told({ a: { toJSON: () => undefined }, b: 1 })).toBe('{"b":1}')
  expect(told(undefined)).toBeNull()
})

test('what is held in many places is told once: forty levels of two are not a billion texts', () => {
  const levels = (last: string, isShared: boolean, count: number): unknown => {
    let all: unknown = { last }
    for (let i = 0; i < count; i++) all = isShared ? [all, all] : [all, structuredClone(all)]
    return all
  }
  expect(told(levels('x', true, 40))).toMatch(/^\d+ characters with the digest/)
  expect(told(levels('x', true, 40))).not.toBe(told(levels('y', true, 40)))
  // Held twice or made twice: the same content.
  expect(told(levels('x', true, 10))).toBe(told(levels('x', false, 10)))
})

test('a side is told by what its files are, not by where they lie', () => {
  const of = (folder: string) => {
    const file = join(folder, 'a b.mjs')
    const url = pathToFileURL(file).href
    return [file, url, { file, [url]: [url] }].map((one) => told(one, folder))
  }
  expect(of('/trees/base')).toEqual(of('/trees/head'))
  expect(of('/trees/base').slice(0, 2)).toEqual(['/a b.mjs', '/a%20b.mjs'])
})

test('a result is read when it is asked for and not before; unasked, it is not even held', () => {
  let reads = 0
  const value = Object.defineProperty({}, 'x', { enumerable: true, get: () => ++reads })
  const unwanted = new FirstResult(false)
  unwanted.take(value)
  expect([unwanted.in('/'), reads]).toEqual([null, 0])
  const wanted = new FirstResult(true)
  for (const one of [value, 'later']) wanted.take(one)
  expect(reads).toBe(0)
  expect([wanted.in('/'), wanted.in('/'), reads]).toEqual(['{"x":1}', '{"x":1}', 1])
})
