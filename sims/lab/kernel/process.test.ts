import { describe, expect, test } from 'vitest'
import { ClockError, event, Kernel } from './kernel.ts'
import { hold, Processes, seize, UnknownEventError, type Process } from './process.ts'
import { Resource } from './resource.ts'

const PROCESS = 1

function* wrong(): Process {
  yield hold(-1)
}

describe('processes', () => {
  test('hold, seize and release, worked out by hand', () => {
    const kernel = new Kernel()
    const desk = new Resource(kernel, { name: 'desk', servers: 1, queueCapacity: 1 })
    const processes = new Processes(kernel, PROCESS)
    const log: string[] = []
    function* customer(name: string, arrives: number, stays: number): Process {
      yield hold(arrives)
      if (!(yield seize(desk))) {
        log.push(`${kernel.now} ${name} refused`)
        return
      }
      log.push(`${kernel.now} ${name} starts`)
      yield hold(stays)
      processes.release(desk)
      log.push(`${kernel.now} ${name} leaves`)
    }
    processes.start(customer('a', 0, 5))
    processes.start(customer('b', 1, 2))
    processes.start(customer('c', 2, 2))
    expect(processes.count).toBe(3)
    processes.run()
    expect(log).toEqual(['0 a starts', '2 c refused', '5 a leaves', '5 b starts', '7 b leaves'])
    expect(processes.count).toBe(0)
  })

  test('mix with flat events, in the order of scheduling at ties', () => {
    const kernel = new Kernel()
    const processes = new Processes(kernel, PROCESS)
    const log: string[] = []
    function* sleeper(): Process {
      yield hold(1)
      log.push('process')
    }
    kernel.at(1, event(7, 1))
    processes.start(sleeper())
    kernel.at(1, event(7, 2))
    processes.run(5, (word) => log.push(`flat ${word >>> 8}`))
    expect(log).toEqual(['flat 1', 'process', 'flat 2'])
    expect(kernel.now).toBe(5)
  })

  test('refuse what cannot be: a negative hold, a foreign event, an ended process', () => {
    const kernel = new Kernel()
    const processes = new Processes(kernel, PROCESS)
    expect(() => processes.start(wrong())).toThrow(ClockError)
    kernel.at(0, event(9))
    expect(() => processes.run()).toThrow(UnknownEventError)
    expect(() => processes.wake(77)).toThrow(UnknownEventError)
  })

  test('go on after one of them has thrown', () => {
    const processes = new Processes(new Kernel(), PROCESS)
    expect(() => processes.start(wrong())).toThrow(ClockError)
    let started = false
    function* next(): Process {
      started = true
      yield hold(1)
    }
    processes.start(next())
    expect(started).toBe(true)
  })
})
