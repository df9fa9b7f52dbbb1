/** The part of JSON Schema that zod writes for our messages. */
export type JsonSchema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: { readonly [name: string]: JsonSchema }
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema | boolean
  readonly prefixItems?: readonly JsonSchema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly pattern?: string
  readonly format?: string
}

type Definitions = { readonly [reference: string]: JsonSchema }

/**
 * What is wrong with a value, as a path and a reason; undefined when nothing is. Small, so that a page can hold what
 * arrives to the server's schemas without loading zod (95 kB).
 */
export function mismatch(
  schema: JsonSchema,
  value: unknown,
  definitions: Definitions,
  at = '',
): string | undefined {
  const wrong = (reason: string) => `${at || 'message'} ${reason}`
  if (schema.$ref !== undefined) return mismatch(definitions[schema.$ref] ?? NEVER, value, definitions, at)
  if ('const' in schema && value !== schema.const) return wrong(`is not ${JSON.stringify(schema.const)}`)
  if (schema.enum && !schema.enum.includes(value)) return wrong(`is none of ${schema.enum.join(', ')}`)
  for (const part of schema.allOf ?? []) {
    const found = mismatch(part, value, definitions, at)
    if (found) return found
  }
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) {
    const found = choices.map((choice) => mismatch(choice, value, definitions, at))
    if (!found.includes(undefined)) return closest(found as string[])
  }
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOf(type, value)))
    return wrong(`is no ${[schema.type].flat().join(' or ')}`)
  if (typeof value === 'number')
    return outOfRange(schema, value) ? wrong(`is out of range: ${value}`) : undefined
  if (typeof value === 'string')
    return wrongText(schema, value) ? wrong('is not written as it should be') : undefined
  if (Array.isArray(value)) return wrongItem(schema, value, definitions, at)
  if (typeof value === 'object' && value !== null) {
    return wrongProperty(schema, value as Record<string, unknown>, definitions, at)
  }
  return undefined
}

/** In UTC, as the server writes it. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

const NEVER: JsonSchema = { enum: [] }

/** Of a union's complaints the one that came the furthest says the most. */
function closest(found: readonly string[]): string {
  const depth = (text: string) => text.split(' ', 1)[0]!.split('.').length
  return found.reduce((best, next) => (depth(next) > depth(best) ? next : best))
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return Number.isFinite(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return typeof value === type
  }
}

function outOfRange(schema: JsonSchema, value: number): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = schema
  return (
    value < minimum ||
    value > maximum ||
    (exclusiveMinimum !== undefined && value <= exclusiveMinimum) ||
    (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
  )
}

function wrongText({ minLength = 0, pattern, format }: JsonSchema, value: string): boolean {
  if (format === 'date-time' && !(DATE_TIME.test(value) && Date.parse(value) > -Infinity)) return true
  return value.length < minLength || (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
}

function wrongItem(schema: JsonSchema, value: readonly unknown[], definitions: Definitions, at: string) {
  const { minItems = 0, maxItems = Infinity, prefixItems = [], items } = schema
  if (value.length < minItems || value.length > maxItems)
    return `${at || 'message'} has ${value.length} items`
  for (const [i, item] of value.entries()) {
    const kind = prefixItems[i] ?? (typeof items === 'object' ? items : undefined)
    const found = kind && mismatch(kind, item, definitions, `${at}.${i}`)
    if (found) return found
  }
  return undefined
}

function wrongProperty(
  schema: JsonSchema,
  value: Record<string, unknown>,
  definitions: Definitions,
  at: string,
) {
  const { properties = {}, required = [], additionalProperties } = schema
  const missing = required.find((name) => value[name] === undefined)
  if (missing !== undefined) return `${at}.${missing} is missing`
  for (const [name, item] of Object.entries(value)) {
    const kind = properties[name] ?? additionalProperties
    if (typeof kind !== 'object' || item === undefined) continue
    const found = mismatch(kind, item, definitions, `${at}.${name}`)
    if (found) return found
  }
  return undefined
}
