import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Served, serve } from '../disk/served.ts'

const WHIPPET = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url))

export type FieldSettings = {
  readonly dataDir: string
  /** With it a `whippet worker` does runs beside the server. */
  readonly databaseUrl: string | undefined
}

/** A server, and a worker beside it where the database is one that both reach; either may be killed and has a successor. */
export class Field {
  readonly settings: FieldSettings
  readonly folder: string
  private server_: Served | undefined
  private worker: ChildProcess | undefined
  private token = ''

  constructor(settings: FieldSettings) {
    this.settings = settings
    this.folder = settings.dataDir
  }

  get server(): Served {
    assert(this.server_, 'the server is down')
    return this.server_
  }

  async start(): Promise<void> {
    await this.startServer()
    if (!this.settings.databaseUrl) return
    this.token = (await this.whippet('worker', 'token', '--json').then(JSON.parse)).token
    await this.startWorker()
  }

  async killServer(): Promise<void> {
    await this.server.kill()
    this.server_ = undefined
    await this.startServer()
  }

  /** Whoever does the run. @returns what was killed. */
  async killWorkerOf(run: string): Promise<'server' | 'worker'> {
    const pid = this.settings.databaseUrl ? await this.workerPid(run) : undefined
    if (pid === undefined || pid !== this.worker?.pid) {
      await this.killServer()
      return 'server'
    }
    await ended(this.worker!, 'SIGKILL')
    await this.startWorker()
    return 'worker'
  }

  async close(): Promise<void> {
    if (this.worker) await ended(this.worker, 'SIGTERM')
    await this.server_?.stop()
  }

  private async startServer(): Promise<void> {
    const { databaseUrl } = this.settings
    this.server_ = await serve(this.folder, databaseUrl ? { DATABASE_URL: databaseUrl } : {})
  }

  private async startWorker(): Promise<void> {
    const worker = this.spawn(['worker', '--json'])
    this.worker = worker
    await new Promise<void>((resolve, reject) => {
      let said = ''
      worker.stderr!.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-4000)
      })
      worker.stdout!.once('data', () => resolve())
      worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${said}`)))
    })
  }

  private spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [WHIPPET, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        WHIPPET_DATA: this.folder,
        // Beside the server's own device, as if it were another machine.
        WHIPPET_MACHINE: 'another machine',
        WHIPPET_DEVICES: 'cpu,cpu',
        WHIPPET_MOST_LOST: '1000',
        WHIPPET_WORKER_TOKEN: this.token,
        DATABASE_URL: this.settings.databaseUrl,
      },
    })
  }

  private async whippet(...args: string[]): Promise<string> {
    const child = this.spawn(args)
    let said = ''
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    child.stderr!.resume()
    await new Promise((resolve) => child.once('close', resolve))
    return said
  }

  /** Which process has the run in hand, as the database knows it. */
  private async workerPid(run: string): Promise<number | undefined> {
    const client = new pg.Client({ connectionString: this.settings.databaseUrl! })
    await client.connect()
    try {
      const { rows } = await client.query(
        'select w.pid from device_leases l join workers w on w.id = l.worker where l.run_id = $1',
        [run],
      )
      return rows[0]?.pid
    } finally {
      await client.end()
    }
  }

  /** A file of the data folder. */
  read(...path: string[]): Promise<Buffer> {
    return readFile(join(this.folder, ...path))
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.removeAllListeners('exit')
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await Promise.race([exit, gone])
}
