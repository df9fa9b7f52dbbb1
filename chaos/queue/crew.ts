import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Four workers, two on each of two machines, and whoever kills them. */
export type Crew = {
  readonly kills: { workers: number; trainers: number }
  /** Waits a moment, then kills a worker or a trainer; a worker has a successor at once. */
  trouble(): Promise<void>
  /** The last lines of what the workers said. */
  log(): string
  close(): Promise<void>
}

export type CrewSettings = {
  readonly folder: string
  readonly databaseUrl: string
  readonly token: string
  readonly goneMs: number
  readonly random: () => number
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))
const WORKERS = 4
const LONGEST_QUIET_MS = 1200
/** Of all kills. */
const WORKERS_SHARE = 0.3

export async function startCrew({ folder, databaseUrl, token, goneMs, random }: CrewSettings): Promise<Crew> {
  const lines: string[] = []
  const trainers = new Map<number, ChildProcess>()
  const kills = { workers: 0, trainers: 0 }
  const start = (n: number): Promise<ChildProcess> => {
    const env = {
      ...process.env,
      WHIPPET_DATA: folder,
      WHIPPET_DEVICES: 'cpu,cpu,cpu',
      WHIPPET_MACHINE: `machine-${n % 2}`,
      WHIPPET_WORKER_TOKEN: token,
      // Kills are no fault of the runs.
      WHIPPET_MOST_LOST: '1000',
      DATABASE_URL: databaseUrl,
      CHAOS_LOCKS: join(folder, 'locks'),
      CHAOS_GONE_MS: String(goneMs),
    }
    const child = fork(WORKER, { execArgv: [], env, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    child.stderr!.on('data', (chunk) => {
      lines.push(String(chunk))
      lines.splice(0, lines.length - 200)
    })
    child.on('exit', () => {
      for (const [pid, owner] of trainers) if (owner === child) trainers.delete(pid)
    })
    return new Promise((resolve, reject) => {
      child.once('exit', (code) =>
        reject(new Error(`a worker ended with ${code}: ${lines.slice(-20).join('')}`)),
      )
      child.on('message', (message: 'ready' | { trainer?: number; ended?: number }) => {
        if (message === 'ready') resolve(child)
        else if (message.trainer) trainers.set(message.trainer, child)
        else if (message.ended) trainers.delete(message.ended)
      })
    })
  }
  const workers = await Promise.all(Array.from({ length: WORKERS }, (_, n) => start(n)))

  async function killWorker(): Promise<void> {
    const n = Math.floor(random() * WORKERS)
    const dead = new Promise((resolve) => workers[n]!.once('exit', resolve))
    workers[n]!.kill('SIGKILL')
    await dead
    kills.workers++
    workers[n] = await start(n)
  }

  function killTrainer(): void {
    const pids = [...trainers.keys()]
    const pid = pids[Math.floor(random() * pids.length)]
    if (pid === undefined) return
    try {
      process.kill(pid, 'SIGKILL')
      kills.trainers++
    } catch {
      // It has just ended by itself.
    }
  }

  return {
    kills,
    log: () => lines.slice(-40).join(''),
    async trouble() {
      await pause(random() * LONGEST_QUIET_MS)
      if (random() < WORKERS_SHARE) await killWorker()
      else killTrainer()
    },
    async close() {
      const ends = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
      for (const worker of workers) worker.kill('SIGKILL')
      await Promise.all(ends)
    },
  }
}
