import type { DatasetVersion, Picture } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import { askOwner } from './control.ts'

/** What other processes than the owner read of datasets. */
export type ReadDatasets = {
  find(nameOrId: string): Promise<DatasetVersion | undefined>
  pictures(versionId: string): Promise<Picture[]>
}

/** The datasets of a folder that another process owns. @throws Problem `owner/gone`, `owner/no-answer`. */
export function ownedDatasets(dataDir: string): ReadDatasets {
  return {
    async find(name) {
      const answer = await askOwner(dataDir, { type: 'dataset', name })
      if (!answer) throw gone()
      return answer.dataset ?? undefined
    },
    async pictures(version) {
      const answer = await askOwner(dataDir, { type: 'pictures', version })
      if (!answer) throw gone()
      return answer.pictures
    },
  }
}

export function gone(): Problem {
  return new Problem('owner/gone', {
    says: 'The server of this data folder has just ended.',
    advice: 'Do it again: without a server the command works on its own.',
  })
}
