import type { Judgement, NewEvaluation } from '../../lib/api/evaluations.ts'
import type { JobState } from '../../lib/api/jobs.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { openJobs } from '../jobs/jobs.ts'
import type { Store } from '../store/open.ts'
import { readRunFolder } from '../trainer/run-folder.ts'
import { judgeRun } from './judge-run.ts'

/** Models that are judged on request: on another split, or another dataset. */
export type Evaluations = {
  /** @throws Problem `datasets/unknown`, `runs/no-model`. */
  start(run: Run, wanted: NewEvaluation): Promise<JobState<Judgement>>
  find(id: string): JobState<Judgement> | undefined
  close(): Promise<void>
}

export function openEvaluations({ store, dataDir }: { store: Store; dataDir: string }): Evaluations {
  const jobs = openJobs<Judgement>()
  return {
    async start(run, { dataset = run.dataset.version, ...wanted }) {
      const version = await store.datasets.find(dataset)
      if (!version) throw new Problem('datasets/unknown', { says: `There is no dataset "${dataset}".` })
      await readRunFolder(dataDir, run.id)
      return jobs.start(async (_, to) => {
        const pictures = await store.datasets.pictures(version.id)
        return judgeRun(dataDir, { run, version, pictures, ...wanted }, to)
      })
    },
    find: (id) => jobs.find(id),
    close: () => jobs.close(),
  }
}
