import { mkdir } from 'node:fs/promises'
import { Problem } from '../../../lib/problem.ts'
import type { SharedFiles } from '../../objects/shared-files.ts'

/** How often what a run has kept so far goes out: a machine that is lost loses so much at most, beside its checkpoint. */
const SHARE_MS = 30_000

/** A run's folder that goes out while an attempt lasts. */
export type SharedFolder = {
  /** @param last whether it is sent a last time. @returns what went wrong, where something did. */
  end(last: boolean): Promise<Problem | undefined>
}

/**
 * Brings a run's folder up to what other machines have left of it, and lets them have what an attempt adds to it.
 *
 * @returns undefined where nothing is shared.
 * @throws Problem `objects/…`.
 */
export async function shareFolder(
  files: SharedFiles | undefined,
  folder: string,
  attempt: number,
  everyMs = SHARE_MS,
): Promise<SharedFolder | undefined> {
  if (files?.place === undefined) return undefined
  await mkdir(folder, { recursive: true })
  await files.pullFolder(folder)
  let sending: Promise<Problem | undefined> = Promise.resolve(undefined)
  const send = () => {
    sending = sending.then(() =>
      files.publishFolder(folder, attempt).then(
        () => undefined,
        (thrown: unknown) => Problem.from(thrown),
      ),
    )
    return sending
  }
  const timer = setInterval(() => void send(), everyMs)
  return {
    end(last) {
      clearInterval(timer)
      return last ? send() : sending
    },
  }
}
