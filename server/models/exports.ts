import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exported, NewExport } from '../../lib/api/exports.ts'
import type { JobState } from '../../lib/api/jobs.ts'
import { openJobs } from '../jobs/jobs.ts'
import { exportInChild } from './exporter/start.ts'

/** Bundles that are made to order, to be fetched as zips; the browser model of a run is apart (`bundles.ts`). */
export type Exports = {
  start(run: string, choices: NewExport): JobState<Exported>
  find(id: string): JobState<Exported> | undefined
  /** The folder of a bundle that is made. */
  folder(id: string): string
  close(): Promise<void>
}

/** What a former server made is gone: nobody knows its ids. */
export async function openExports(dataDir: string): Promise<Exports> {
  const root = join(dataDir, 'exports')
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true })
  const folder = (id: string) => join(root, id)
  const jobs = openJobs<Exported>((id) => void rm(folder(id), { recursive: true, force: true }))
  return {
    folder,
    start: (run, choices) =>
      jobs.start(async (id, to) => {
        const bytes = await exportInChild({ dataDir, run, outDir: folder(id), choices }, to)
        return { bytes, path: `/api/exports/${id}/bundle.zip` }
      }),
    find: (id) => jobs.find(id),
    async close() {
      await jobs.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
