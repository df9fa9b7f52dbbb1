import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of a real Postgres that is there for this test run; empty where the machine has none. */
    postgresUrl: string
  }
}

const USER = 'whippet'
const START_TIMEOUT_MS = 30_000

/** Starts a Postgres for the tests where the machine has one; where it hasn't, tests that need it say so and skip. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const server = await startPostgres()
    project.provide('postgresUrl', server.url)
    return server.stop
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    process.stderr.write(`No Postgres for the tests: ${why}\n`)
    project.provide('postgresUrl', '')
    return async () => undefined
  }
}

export type PostgresServer = { url: string; stop(): Promise<void> }

/** A fresh server in a temporary folder, on a socket there: nothing on the network, no port to be taken. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = findBinaries()
  const as = unprivileged()
  const folder = mkdtempSync(join(tmpdir(), 'whippet-postgres-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    chmodSync(folder, 0o700)
    if (as) chownSync(folder, as.uid, as.gid)
    const data = join(folder, 'data')
    const options = { ...as, cwd: folder, env: { ...process.env, HOME: folder, LC_ALL: 'C' } }
    const initdb = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    execFileSync(join(bin, 'initdb'), initdb, { ...options, stdio: 'pipe' })
    const server = [
      '-D',
      data,
      '-k',
      folder,
      '-c',
      'listen_addresses=',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=60',
    ]
    const child = spawn(join(bin, 'postgres'), server, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    // A test run that ends early must not leave a server behind.
    const end = () => child.kill('SIGQUIT')
    process.on('exit', end)
    const url = `postgres://${USER}@localhost/postgres?host=${encodeURIComponent(folder)}`
    await answering(child, url)
    return {
      url,
      async stop() {
        process.off('exit', end)
        await ended(child)
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** Debian keeps them out of PATH, one folder per major version. */
function findBinaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ]
  const found = folders.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
  if (found === undefined)
    throw new Error('this machine has no initdb and postgres (Debian: apt-get install postgresql)')
  return found
}

/** Postgres refuses to run as root: whom to run it as then. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // No such user: try the next.
    }
  }
  throw new Error('it refuses root, and there is no user "postgres" or "nobody" to run it as')
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-2000)
  })
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`postgres ended with status ${child.exitCode}: ${log}`)
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(50)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

/** SIGINT asks for a fast shutdown: open connections are closed. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await exit
}
