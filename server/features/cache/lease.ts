import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Lease = { release(): void }

const SUFFIX = '.in-use'

/** Says that this process uses a folder of the cache, until it releases it or ends. */
export async function takeLease(folder: string): Promise<Lease> {
  const file = join(folder, `${process.pid}-${randomBytes(4).toString('hex')}${SUFFIX}`)
  await writeFile(file, '')
  return { release: () => rmSync(file, { force: true }) }
}

/** Whether a process that is alive uses the folder; leases of dead ones are cleared away. */
export async function isLeased(folder: string): Promise<boolean> {
  const names: string[] = await readdir(folder).catch(() => [])
  let leased = false
  for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
    if (isRunning(Number.parseInt(name, 10))) leased = true
    else await rm(join(folder, name), { force: true })
  }
  return leased
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    // Someone else's process may not be signalled, but it runs.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
