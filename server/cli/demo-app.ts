import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { askOwner } from '../owner/control.ts'
import type { Parts } from '../parts.ts'
import { SAMPLE_NAME as DATASET } from '../sample/emoji.ts'
import { eventsWithin } from '../worker/answers.ts'
import { queueRun } from '../worker/queue-run.ts'
import { type Context, interruptSignal } from './context.ts'
import { evaluationText } from './evaluation-text.ts'
import { followToEnd, WAIT_MS } from './follow.ts'
import type { Output } from './output.ts'

/** Starts the server, says where to look, and trains the sample while its page is open. Ends with Ctrl-C. */
export async function demoApp(context: Context, address: { host: string; port: number }): Promise<void> {
  const { dataDir, output } = context
  const running = await askOwner(dataDir, { type: 'server' })
  if (running) return output.result(running, `Whippet is already running: ${running.url}`)
  // Loaded only here: --exit needs neither Next nor Socket.IO.
  const { startServer } = await import('../main.ts')
  const signal = interruptSignal()
  const { url, parts, stop } = await startServer({
    ...context,
    ...address,
    pages: pagesMode(),
    say: output.say,
  })
  output.say(`
Whippet is running. Open
  ${url}/demo   a model that knows dog breeds, right now: nothing has to be trained
  ${url}        everything else
Ctrl-C ends it.
`)
  try {
    const version = await importSample(parts, output, signal)
    const run = await train(parts, version, { output, url, signal })
    output.result({ url, run: run.id, top1: run.evaluation?.top1 }, closingWords(url, run))
  } catch (thrown) {
    // The server stays: what went wrong can be seen there too.
    if (!signal.aborted) output.problem(thrown)
  }
  await aborted(signal)
  output.say('Stopping …')
  await stop()
  // Next keeps handles of its own open.
  process.exit()
}

/** Resolves once the signal has been aborted. */
async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

function pagesMode(): 'dev' | 'built' {
  return process.env.WHIPPET_DEV === '1' ? 'dev' : 'built'
}

/** Drawn at first use, then imported like anybody's pictures: the pages show how it goes. */
async function importSample(
  { worker, imports }: Parts,
  output: Output,
  signal: AbortSignal,
): Promise<DatasetVersion> {
  const known = await worker.store.datasets.find(DATASET)
  if (known) return known
  output.say('1/2 The sample: emoji of five designers, drawn and imported.')
  const { id } = await imports.startSample()
  const ended = await Promise.race([imports.ended(id), aborted(signal)])
  if (ended?.state.status === 'failed') throw new Problem(ended.state.problem.code, ended.state.problem)
  const version = await worker.store.datasets.find(DATASET)
  if (!version) throw new Problem('cli/interrupted', { says: 'The import of the sample was interrupted.' })
  return version
}

/** The address of the run's page is said before its attempt begins. */
async function train(
  { worker }: Parts,
  version: DatasetVersion,
  { output, url, signal }: { output: Output; url: string; signal: AbortSignal },
): Promise<Run> {
  const run = await queueRun(worker, { dataset: version.id })
  output.say(`2/2 Training a head on EfficientNet-Lite0, frozen. Watch it:\n  ${url}/runs/${run.id}`)
  const ended = await followToEnd(run, output, {
    curves: false,
    signal,
    eventsAfter: (seq) => eventsWithin(worker.store, run.id, seq, WAIT_MS),
  })
  if (ended.state.status === 'failed') throw new Problem(ended.state.problem.code, ended.state.problem)
  return ended
}

function closingWords(url: string, run: Run): string {
  const { evaluation } = run
  return `
${evaluation ? evaluationText(evaluation) : 'The run was stopped.'}

Results   ${url}/runs/${run.id}
The model ${url}/models/${run.id}, on your own device; its files are made right now
Your own pictures: ${url}/datasets
Ctrl-C ends the server; "npm run serve" starts it again.`
}
