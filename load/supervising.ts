import type { ServerProcess } from '../e2e/setup/server-process.ts'
import { openStore } from '../server/store/open.ts'
import { type Places, type SupervisorsSettings, startSupervisors } from './supervisors.ts'

export type Supervising = {
  places(): Promise<Places>
  stop(): Promise<Places>
  close(): Promise<void>
}

/**
 * Supervisors where they belong: those of other machines in this process, on the database that they share with the
 * server; those of the embedded database in the server, which is its one owner.
 */
export async function superviseFrom({
  server,
  databaseUrl,
  runs,
  rate,
}: SupervisorsSettings & { server: ServerProcess; databaseUrl: string | undefined }): Promise<Supervising> {
  if (databaseUrl === undefined) {
    await server.supervise({ runs, rate })
    return { places: server.places, stop: server.stopSupervising, close: async () => undefined }
  }
  const store = await openStore({ databaseUrl })
  const supervisors = await startSupervisors(store, { runs, rate })
  return {
    places: async () => supervisors.places(),
    stop: () => supervisors.stop(),
    close: () => store.close(),
  }
}
