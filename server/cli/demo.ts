import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { parseSet } from '../../lib/run/settings.ts'
import { SAMPLE_NAME as DATASET, drawEmojiSample } from '../sample/emoji.ts'
import { EMOJI_CLASSES } from '../sample/emoji-classes.ts'
import { DEFAULT_HOST, DEFAULT_PORT } from '../settings.ts'
import { openWorker, type Worker } from '../worker/open.ts'
import { DEFAULT_BACKBONE } from '../worker/queue-run.ts'
import { exportText, exportTo } from './commands/export.ts'
import { importDataset } from './commands/import.ts'
import { trainRun } from './commands/train.ts'
import { contextOf, interruptSignal } from './context.ts'
import { demoApp } from './demo-app.ts'
import { evaluationText } from './evaluation-text.ts'
import { bar, duration } from './words.ts'

/**
 * `npm run demo`: the app's first minute. It starts the server, then imports and trains the sample that ships while the
 * pages show it. With `--exit` it goes the whole way once without a server, and ends.
 */

const { values: options } = parseArgs({
  options: {
    /** For scripts: no server, and end when the job is done. */
    exit: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    host: { type: 'string', default: DEFAULT_HOST },
    port: { type: 'string', default: String(DEFAULT_PORT) },
  },
})
const context = contextOf(options)
const { output, dataDir } = context
try {
  if (options.exit) await demoAlone()
  else await demoApp(context, { host: options.host, port: Number(options.port) })
} catch (thrown) {
  output.problem(thrown)
  process.exitCode = 1
}

async function demoAlone(): Promise<void> {
  const worker = await openWorker(context)
  try {
    await demo(worker)
  } finally {
    await worker.close()
  }
}

async function demo(worker: Worker): Promise<void> {
  const began = performance.now()
  const signal = interruptSignal()
  const seconds: Record<string, number> = { install: Number(process.env.WHIPPET_INSTALL_SECONDS ?? 0) }
  const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work
    seconds[name] = (performance.now() - start) / 1000
    return result
  }

  output.say(`1/4 The sample: emoji of five designers, in ${Object.keys(EMOJI_CLASSES).length} classes.`)
  const version = (await worker.store.datasets.find(DATASET)) ?? (await drawAndImport(worker, timed, signal))
  const { counts, classes } = version
  output.say(
    `    ${counts.train} pictures to train on, ${counts.validation} to choose with, ${counts.test} of a designer never seen to test; ${classes.length} classes`,
  )

  output.say('2/4 Training a head on EfficientNet-Lite0, frozen.')
  const settings = { backbone: DEFAULT_BACKBONE, strategy: 'feature-extraction', ...parseSet([]) } as const
  const run = await timed('train', trainRun(worker, version.id, settings, output, { curves: false, signal }))
  const { evaluation } = succeeded(run)
  if (!evaluation) throw new Problem('demo/no-test', { says: 'The sample has no test pictures.' })

  output.say('3/4 What it can:')
  for (const line of evaluationText(evaluation).split('\n')) output.say(`    ${line}`)

  output.say('4/4 Exporting for the browser, and checking that it predicts what was measured.')
  const outDir = join(dataDir, 'exports', run.id)
  const exported = await timed(
    'export',
    exportTo(
      { datasets: worker.store.datasets, dataDir },
      run.id,
      outDir,
      { onnx: true, title: 'Emoji by designer' },
      output,
    ),
  )
  for (const line of exportText(exported).split('\n')) output.say(`    ${line}`)
  seconds.total = (performance.now() - began) / 1000 + seconds.install!

  const { top1, images } = evaluation
  const document = {
    dataset: `${version.dataset}@${version.version}`,
    run: run.id,
    top1,
    test_images: images,
    seconds,
    parity: exported.parity,
    bundle_bytes: exported.bytes,
  }
  output.result(document, closingWords(run.id, outDir, seconds.total))
}

type Timed = <T>(name: string, work: Promise<T>) => Promise<T>

async function drawAndImport(worker: Worker, timed: Timed, signal: AbortSignal) {
  const folder = join(dataDir, 'sample', DATASET)
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    output.progress(`drawing ${bar(done / total)} ${done} of ${total}`)
  await timed('sample', drawEmojiSample(folder, { onProgress, signal }))
  const { version } = await timed(
    'import',
    importDataset(worker, { path: folder, name: DATASET, signal }, output),
  )
  return version
}

function succeeded(run: Run): Run {
  if (run.state.status === 'failed') throw new Problem(run.state.problem.code, run.state.problem)
  if (run.state.status === 'stopped') throw new Problem('cli/interrupted', { says: 'The demo was stopped.' })
  return run
}

function closingWords(run: string, outDir: string, total: number): string {
  return `
Done in ${duration(total)}. What there is now:
  the data folder   ${resolve(dataDir)}
  the model         ${outDir} (serve it with any static web server: npx http-server ${outDir})
Go on:
  npm run whippet -- infer --run ${run} PICTURE…
  npm run whippet -- import YOUR-PICTURES --name mine
  npm run whippet -- train --dataset mine --follow`
}
