import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import * as schema from './schema.ts'

/** Names of all our tables, each after those that it refers to. */
export function tablesInOrder(): string[] {
  const tables = Object.values<unknown>(schema)
    .filter((value) => is(value, PgTable))
    .map((table) => getTableConfig(table))
  const ordered: string[] = []
  const add = ({ name, foreignKeys }: (typeof tables)[number]) => {
    if (ordered.includes(name)) return
    for (const key of foreignKeys) {
      const { name: referred } = getTableConfig(key.reference().foreignTable)
      if (referred !== name) add(tables.find((table) => table.name === referred)!)
    }
    ordered.push(name)
  }
  tables.forEach(add)
  return ordered
}
