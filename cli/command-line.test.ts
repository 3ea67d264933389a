/** What the parser makes of mistakes, before any command runs: an error of the caller's, with the flag's name in it. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { UsageError } from './exit.ts'
import { parsed } from './testing/parsed.ts'

// Help about a mistake is for people.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

const argumentsIn = (line: string): string[] => line.split(' ').map((word) => (word === "''" ? '' : word))
const taken = (line: string) => parsed(argumentsIn(line))

describe('is refused as the caller’s mistake, by name:', () => {
  it.each([
    // A variable of a shell that is empty.
    ['gate --base --json', /base/],
    ['run a.yaml --set', /set/],
    ['bench kernel --against', /against/],
    ['serve sparse-array --port', /port/],
    // One value is expected.
    ['run a.yaml --env x --env y', /--env takes one value, and was given 2: x, y/],
    ['run a.yaml --out x --out y', /--out takes one value/],
    ['run a.yaml --seed 1 --seed 2', /--seed takes one value/],
    ['gate --base a --base b', /--base takes one value/],
    ['serve webhooks --dir a --key-file x --key-file y', /--key-file takes one value/],
    // Numbers that are none.
    [
      'serve sparse-array --output-limit 64mb',
      /--output-limit takes a whole number, 1024 or more, not "64mb"/,
    ],
    ['serve sparse-array --max-steps 0', /--max-steps takes/],
    ['serve sparse-array --port 65536', /--port takes a whole number, 0 to 65535, not "65536"/],
    ["serve webhooks --dir a --port ''", /--port takes .*not ""/],
    ['gate --self-test --rounds abc', /--rounds takes/],
    ['gate --self-test --gates 1.5', /--gates takes/],
    ['bench kernel --rounds 0', /--rounds takes a whole number, 1 or more/],
    ['bench kernel --rounds 2 --rounds 3', /--rounds takes/],
    ['run a.yaml --workers NaN', /--workers takes/],
    ['run a.yaml --workers 9007199254740991', /--workers takes a whole number, 1 to 1024/],
  ])('%s', async (line, message) => {
    const error = await taken(line).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toMatch(message)
  })
})

it('lists, flags and numbers are taken as before', async () => {
  expect(await taken('run a.yaml b.yaml --set a=1 --set b=2 --workers 3 --json --json')).toMatchObject({
    files: ['a.yaml', 'b.yaml'],
    set: ['a=1', 'b=2'],
    workers: 3,
    json: true,
  })
  expect(await taken('gate --base main --only a b --only c')).toMatchObject({
    base: 'main',
    only: ['a', 'b', 'c'],
    rounds: 300,
  })
  expect(await taken('gate --bisect x..y kernel/mm1')).toMatchObject({ bisect: ['x..y', 'kernel/mm1'] })
  expect(await taken('serve webhooks --dir a --allow-cidr 10.0.0.0/8 --port 8080')).toMatchObject({
    allowCidr: ['10.0.0.0/8'],
    port: 8080,
  })
  expect(await taken('serve sparse-array')).toMatchObject({ port: 0 })
})
