/**
 * `npm run parity [-- --json --all]`: how far every reader of the graph is from timm, on every backbone, with the made-up
 * weights. One line per backbone and reader with the largest difference, relative to the largest absolute value; the
 * browser model with weights of 16 bits has a line of its own. With `--all` also what computes on GPUs here.
 */
import { parseArgs } from 'node:util'
import { HALVES_TOLERANCE, PARITY_TOLERANCE } from '../lib/backbone/parity/compare.ts'
import { BACKBONES, type BackboneId } from '../lib/backbone/registry.ts'
import { browserReader, halvesReader } from '../server/parity/browser.ts'
import { gpuReaders, interpreterReader, onnxReader } from '../server/parity/engine-readers.ts'
import { PARITY_BACKBONES } from '../server/parity/fixtures.ts'
import { measureParity } from '../server/parity/measure.ts'
import type { GraphReader } from '../server/parity/reader.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
})
const onGpus = values.all ? await readersHere() : []
const results: Record<string, Record<string, number>> = {}
const halves: Record<string, number> = {}
let agrees = true
for (const id of PARITY_BACKBONES) {
  const row: Record<string, number> = {}
  for (const reader of [interpreterReader, onnxReader, browserReader, ...onGpus])
    row[reader.id] = await measured(id, reader, reader.id, PARITY_TOLERANCE)
  results[id] = row
  halves[id] = await measured(id, halvesReader, 'browser 16-bit', HALVES_TOLERANCE)
}
const others = Object.keys(BACKBONES).filter((id) => !Object.hasOwn(results, id))
if (values.json) process.stdout.write(`${JSON.stringify({ results, halves })}\n`)
else say(`Without figures of timm's, other sizes of the same network: ${others.join(', ')}.`)
process.exitCode = agrees ? 0 : 1

/** Those of GPUs that this machine offers, in software too: minutes for each backbone there. */
async function readersHere(): Promise<GraphReader[]> {
  const here: GraphReader[] = []
  for (const { reader, engine } of gpuReaders) {
    const probe = await engine.probe()
    say(`${reader.id}: ${probe.available ? probe.version : `left out, ${probe.why}`}`)
    if (probe.available) here.push(reader)
  }
  return here
}

async function measured(id: BackboneId, reader: GraphReader, name: string, most: number): Promise<number> {
  const { largest, stages } = await measureParity(reader, id)
  const holds = largest < most
  agrees &&= holds
  say(
    `${holds ? '✓' : '✗'} ${id.padEnd(24)} ${name.padEnd(14)} ${largest.toExponential(1)}  features and ${stages.length} stages`,
  )
  return largest
}

function say(line: string): void {
  if (!values.json) process.stdout.write(`${line}\n`)
}
