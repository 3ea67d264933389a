import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { scenarioSchema } from './schema.ts'
import { fixtureSims, VALID } from './testing/fixture.ts'
import { violations } from './testing/json-schema.ts'

describe('the schema of the fixture', () => {
  const schema = scenarioSchema(fixtureSims)

  test('is draft-7, and the same bytes every time', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#')
    expect(JSON.stringify(scenarioSchema(fixtureSims))).toBe(JSON.stringify(schema))
  })

  test('admits a valid scenario', () => {
    expect(violations(schema, parse(VALID))).toEqual([])
  })

  test.each([
    ['seed: 7', 'sede: 7', '/sede'],
    ['seed: 7', 'seed: -7', '/seed minimum'],
    ['name: voice-fleet-week', 'name: a/b', '/name pattern'],
    ['sim: fixture', 'sim: fixtures', '/sim enum'],
    ['users: 900M', 'users: 900m', '/params/users anyOf'],
    ['users: 900M', 'user: 900M', '/params/user'],
    ['mid: 5%', 'mid: 5', '/params/voiceShare anyOf'],
    ['halfWidth: 3%', 'halfWidth: 3', '/until/halfWidth type'],
    ['net.delay: 10ms..30ms step 10ms', 'net.dealy: 10ms..30ms step 10ms', '/sweep/net.dealy enum'],
    ['smallest: relays', 'smallest: policy', '/find/smallest enum'],
    ['users: 1M,', 'usres: 1M,', '/environments/quick/params/usres'],
    ['  quick:', '  quick:\n    sim: fixture', '/environments/quick/sim'],
  ])('refuses %s written as %s', (good, bad, expected) => {
    expect(violations(schema, parse(VALID.replace(good, bad)))).toContain(expected)
  })

  test('describes parameters and metrics to the editor', () => {
    const text = JSON.stringify(schema)
    for (const phrase of [
      'weekly users',
      'one way',
      'p99(relayDelay) (s): relay delay',
      'Every kind of parameter.',
    ]) {
      expect(text).toContain(phrase)
    }
    // Defaults are shown as one would write them.
    expect(text).toContain('"default":"20ms"')
    expect(text).toContain('"default":"120B"')
  })
})
