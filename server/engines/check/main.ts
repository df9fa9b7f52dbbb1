/** `node main.ts ENGINE [--measure]`: the self-test of one engine in a process of its own; prints one JSON line. */
import { ENGINE_IDS, type EngineEntry, engineEntry } from '../catalogue.ts'
import { selfTest } from '../self-test/self-test.ts'
import { trainingSelfTest } from '../self-test/training-self-test.ts'
import type { Checked } from './messages.ts'
import { allCores, forwardThroughput, trainingThroughput, usualMeasure } from './throughput.ts'

const [wanted, flag] = process.argv.slice(2)
const id = ENGINE_IDS.find((known) => known === wanted)
if (!id) throw new Error(`There is no engine "${wanted}".`)
const checked = await check(engineEntry(id), flag === '--measure')
// Native engines keep threads that Node would wait for.
process.stdout.write(`${JSON.stringify(checked)}\n`, () => process.exit(0))

async function check(entry: EngineEntry, measure: boolean): Promise<Checked> {
  const inference = entry.inference?.(allCores())
  const training = entry.training?.()
  const forward = inference && (await selfTest(inference))
  const whole =
    !training || (forward && forward.status !== 'passed') ? forward! : await trainingSelfTest(training)
  // In software it would take minutes, and is not used anyway.
  if (!measure || whole.status !== 'passed' || whole.software) return whole
  return {
    ...whole,
    ...(inference && { forward: await forwardThroughput(inference, usualMeasure()) }),
    ...(training && { training: await trainingThroughput(training, usualMeasure()) }),
  }
}
