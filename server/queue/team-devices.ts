import type { Database } from '../store/database.ts'
import { deviceLeases } from '../store/schema.ts'
import { present } from './presence.ts'

/** A device of one of the machines that do a queue. */
export type TeamDevice = {
  readonly machine: string
  readonly id: string
  readonly title: string
  /** The run that holds it. */
  readonly run: string | undefined
}

/**
 * The devices of all machines whose processes do this queue, by machine. Several processes of one machine share its
 * devices, which stand here once.
 */
export async function teamDevices({ db }: Pick<Database, 'db'>, home: string): Promise<TeamDevice[]> {
  const workers = await present(db, home)
  const leases = await db.select().from(deviceLeases)
  const found = new Map<string, TeamDevice>()
  for (const { machine, devices, titles } of workers) {
    for (const id of devices) {
      const run = leases.find((lease) => lease.machine === machine && lease.device === id)?.runId
      found.set(`${machine} ${id}`, { machine, id, title: titles[id] ?? id, run })
    }
  }
  return [...found.values()].sort((a, b) => (a.machine < b.machine ? -1 : a.machine > b.machine ? 1 : 0))
}
