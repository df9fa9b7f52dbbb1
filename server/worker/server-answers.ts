import { Problem } from '../../lib/problem.ts'
import type { Imports } from '../imports/imports.ts'
import type { ControlHandlers } from '../owner/control.ts'
import type { Tunes } from '../tuning/tunes.ts'
import { extendRun, resumeRun } from './again.ts'
import type { Worker } from './open.ts'
import { queueRun } from './queue-run.ts'

/** What a server does for the commands of its data folder, next to what every owner answers. */
export function serverAnswers(
  worker: Worker,
  server: { imports: () => Imports | undefined; tunes: () => Tunes | undefined; url: () => string },
): Partial<ControlHandlers> {
  const imports = () => server.imports() ?? starting()
  const tunes = () => server.tunes() ?? starting()
  return {
    tune: async ({ wanted }) => ({ tune: await tunes().start(wanted) }),
    'tune-state': async ({ tune, revision, waitMs }) => ({
      tune: await tunes().changed(tune, revision, waitMs),
    }),
    'stop-tune': async ({ tune }) => ({ tune: await tunes().stop(tune) }),
    train: async ({ settings }) => ({ run: await queueRun(worker, settings) }),
    resume: async ({ run }) => ({ run: await resumeRun(worker, run) }),
    extend: async ({ run, epochs }) => ({ run: await extendRun(worker, run, epochs) }),
    import: async ({ path, wish }) => ({ import: (await imports().startLocal(path, wish)).id }),
    async 'import-state'({ import: id }) {
      const found = imports().find(id)
      if (!found) throw new Problem('imports/unknown', { says: `There is no import "${id}".` })
      return { import: found }
    },
    server: async () => ({ url: server.url() }),
  }
}

function starting(): never {
  throw new Problem('server/starting', {
    says: 'The server is still starting.',
    advice: 'Try again in a moment.',
  })
}
