import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RUN_EVENTS_VERSION } from '../lib/run/events.ts'
import { RUN_FOLD_VERSION } from '../lib/run/run.ts'
import { TRAINER_PROTOCOL } from './trainer/job.ts'

/** What this Whippet is, and what it writes: processes that share a queue must be of one version. */
export function version(): string {
  const file = join(import.meta.dirname, '..', 'package.json')
  const { version: release } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return `${release}-${RUN_EVENTS_VERSION}.${RUN_FOLD_VERSION}.${TRAINER_PROTOCOL}`
}
