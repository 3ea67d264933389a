/** The part of JSON Schema draft-7 that the scenario schema uses, checked the slow obvious way: a test's oracle. */
import { isMap } from '../../../contract/quantity.ts'

type Json = Record<string, unknown>

/** Paths of the values that the schema refuses; empty when the value is valid. Unknown keywords are an error. */
export function violations(root: Json, value: unknown, schema: unknown = root, path = ''): string[] {
  if (typeof schema === 'boolean') return schema ? [] : [path]
  if (!isMap(schema)) throw new TypeError(`${path}: not a schema`)
  const check = (inner: unknown, at: unknown = value, where = path) => violations(root, at, inner, where)
  return Object.entries(schema).flatMap(([keyword, rule]): string[] => {
    const refused = (isOk: boolean) => (isOk ? [] : [`${path} ${keyword}`])
    switch (keyword) {
      case '$schema':
      case 'title':
      case 'description':
      case 'default':
      case 'definitions':
      case 'examples':
      case 'then':
        return []
      case '$ref': {
        const steps = String(rule).split('/').slice(1)
        return check(steps.reduce<unknown>((at, step) => (at as Json)[step], root))
      }
      case 'type':
        return refused([rule].flat().some((type) => isOfType(value, type as string)))
      case 'enum':
        return refused((rule as unknown[]).includes(value))
      case 'const':
        return refused(rule === value)
      case 'pattern':
        return refused(typeof value !== 'string' || new RegExp(String(rule)).test(value))
      case 'minLength':
        return refused(typeof value !== 'string' || value.length >= Number(rule))
      case 'maxLength':
        return refused(typeof value !== 'string' || value.length <= Number(rule))
      case 'minimum':
        return refused(typeof value !== 'number' || value >= Number(rule))
      case 'maximum':
        return refused(typeof value !== 'number' || value <= Number(rule))
      case 'exclusiveMinimum':
        return refused(typeof value !== 'number' || value > Number(rule))
      case 'exclusiveMaximum':
        return refused(typeof value !== 'number' || value < Number(rule))
      case 'minItems':
        return refused(!Array.isArray(value) || value.length >= Number(rule))
      case 'maxItems':
        return refused(!Array.isArray(value) || value.length <= Number(rule))
      case 'items':
        return Array.isArray(value) ? value.flatMap((item, i) => check(rule, item, `${path}/${i}`)) : []
      case 'required':
        return refused(!isMap(value) || (rule as string[]).every((key) => Object.hasOwn(value, key)))
      case 'propertyNames':
        return isMap(value) ? Object.keys(value).flatMap((key) => check(rule, key, `${path}/${key}`)) : []
      case 'properties':
        return isMap(value)
          ? Object.entries(rule as Json).flatMap(([key, inner]) =>
              Object.hasOwn(value, key) ? check(inner, value[key], `${path}/${key}`) : [],
            )
          : []
      case 'additionalProperties': {
        const known = Object.keys((schema['properties'] as Json | undefined) ?? {})
        const others = isMap(value) ? Object.keys(value).filter((key) => !known.includes(key)) : []
        return others.flatMap((key) => check(rule, (value as Json)[key], `${path}/${key}`))
      }
      case 'anyOf':
        return refused((rule as unknown[]).some((option) => check(option).length === 0))
      case 'allOf':
        return (rule as unknown[]).flatMap((part) => check(part))
      case 'if':
        return check(rule).length === 0 ? check(schema['then'] ?? true) : []
      default:
        throw new TypeError(`${path}: unknown keyword ${keyword}`)
    }
  })
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isMap(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
