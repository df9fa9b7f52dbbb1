import { type ChildProcess, fork } from 'node:child_process'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BundleState } from '../../lib/api/models.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { hasKeptModel } from '../trainer/run-folder.ts'
import { EXPORTER_PROTOCOL, fromExporterSchema, type ToExporter } from './exporter/messages.ts'

/** The browser models of runs, made in a child process when they are first asked for. */
export type Bundles = {
  /** Where a run's bundle stands; begins to make it where it can be made and is not there. */
  state(run: Run): Promise<BundleState>
  /** The folder of a bundle that is there. */
  folder(run: string): string
  close(): Promise<void>
}

export type BundlesSettings = {
  readonly dataDir: string
  readonly onChange: (run: string, state: BundleState) => void
  readonly startExporter?: () => ChildProcess
}

const startExporter = (): ChildProcess =>
  fork(fileURLToPath(new URL('./exporter/main.ts', import.meta.url)), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

export async function openBundles(settings: BundlesSettings): Promise<Bundles> {
  const root = join(settings.dataDir, 'bundles')
  await mkdir(root, { recursive: true })
  // What an exporter that was killed left behind.
  for (const name of await readdir(root)) {
    if (name.startsWith('.')) await rm(join(root, name), { recursive: true, force: true })
  }
  const states = new Map<string, BundleState>()
  const children = new Set<ChildProcess>()
  let working: Promise<void> = Promise.resolve()
  let closed = false
  const folder = (run: string) => join(root, run)

  function make(run: string): BundleState {
    const say = (state: BundleState) => {
      if (closed) return
      states.set(run, state)
      settings.onChange(run, state)
    }
    const first: BundleState = { status: 'making', phase: 'writing', done: 0, total: 0 }
    say(first)
    working = working.then(async () => {
      if (!closed) say(await exportInChild(run, say))
    })
    return first
  }

  function exportInChild(run: string, say: (state: BundleState) => void): Promise<BundleState> {
    const child = (settings.startExporter ?? startExporter)()
    children.add(child)
    return new Promise((resolve) => {
      const end = (state: BundleState) => {
        children.delete(child)
        resolve(state)
      }
      child.on('message', (raw) => {
        const message = fromExporterSchema.parse(raw)
        if (message.type === 'exported') end({ status: 'ready', bytes: message.bytes })
        else if (message.type === 'failed') end({ status: 'refused', problem: message.problem })
        else say({ status: 'making', phase: message.phase, done: message.done, total: message.total })
      })
      child.on('error', (error) => end({ status: 'refused', problem: died(error.message) }))
      child.on('exit', (code, signal) =>
        end({ status: 'refused', problem: died(signal ?? `exit status ${code}`) }),
      )
      const job: ToExporter = {
        type: 'export',
        protocol: EXPORTER_PROTOCOL,
        dataDir: settings.dataDir,
        run,
        outDir: folder(run),
      }
      child.send(job, () => undefined)
    })
  }

  return {
    folder,
    async state(run) {
      if (!isOver(run.state)) return none(notOver(run))
      const bytes = states.get(run.id) ? undefined : await bytesIn(folder(run.id))
      // Looked up again after the wait: two who ask at once make one bundle.
      const known = states.get(run.id)
      if (known) return known
      if (bytes !== undefined) {
        const ready: BundleState = { status: 'ready', bytes }
        states.set(run.id, ready)
        return ready
      }
      if (!(await hasKeptModel(settings.dataDir, run.id))) return none(noModel(run))
      return states.get(run.id) ?? make(run.id)
    },
    async close() {
      closed = true
      for (const child of children) child.kill('SIGKILL')
      await working
    },
  }
}

/** The size of a bundle; undefined where there is none. Its manifest is there only when all of it is. */
async function bytesIn(folder: string): Promise<number | undefined> {
  if (!(await stat(join(folder, 'model.json')).catch(() => undefined))) return undefined
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

const none = (why: Problem): BundleState => ({ status: 'none', why: why.summary() })

function notOver(run: Run): Problem {
  return new Problem('models/not-over', {
    says: `Run ${run.id} is not over yet.`,
    advice: 'Its model is made when it has succeeded.',
  })
}

function noModel(run: Run): Problem {
  return new Problem('runs/no-model', {
    says: `Run ${run.id} has kept no model.`,
    advice: 'Only a run that succeeded, or was stopped while training, has one.',
  })
}

function died(how: string): ProblemSummary {
  return {
    code: 'models/exporter-died',
    says: `The process that makes the browser model ended without a word (${how}).`,
    advice: 'Watch the memory of the machine, start the server again, and open the model again.',
  }
}
