import type { ChildProcess } from 'node:child_process'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleState } from '../../lib/api/models.ts'
import { Problem } from '../../lib/problem.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { hasKeptModel } from '../trainer/run-folder.ts'
import { exportInChild } from './exporter/start.ts'

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

/** What browsers load; the rest is exported to order. */
const BROWSER_MODEL = { precisions: ['float16' as const], onnx: false }

export async function openBundles(settings: BundlesSettings): Promise<Bundles> {
  const root = join(settings.dataDir, 'bundles')
  await mkdir(root, { recursive: true })
  // What an exporter that was killed left behind.
  for (const name of await readdir(root)) {
    if (name.startsWith('.')) await rm(join(root, name), { recursive: true, force: true })
  }
  const states = new Map<string, BundleState>()
  let working: Promise<void> = Promise.resolve()
  const closing = new AbortController()
  const folder = (run: string) => join(root, run)

  function make(run: string): BundleState {
    const say = (state: BundleState) => {
      if (closing.signal.aborted) return
      states.set(run, state)
      settings.onChange(run, state)
    }
    const first: BundleState = { status: 'making', phase: 'writing', done: 0, total: 0 }
    say(first)
    working = working.then(async () => {
      if (!closing.signal.aborted) say(await made(run, say))
    })
    return first
  }

  async function made(run: string, say: (state: BundleState) => void): Promise<BundleState> {
    const job = { dataDir: settings.dataDir, run, outDir: folder(run), choices: BROWSER_MODEL }
    try {
      const bytes = await exportInChild(job, {
        onProgress: (progress) => say({ status: 'making', ...progress }),
        signal: closing.signal,
        start: settings.startExporter,
      })
      return { status: 'ready', bytes }
    } catch (thrown) {
      return { status: 'refused', problem: Problem.from(thrown).summary() }
    }
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
      closing.abort()
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
