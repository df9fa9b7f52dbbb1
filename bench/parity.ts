/**
 * `npm run parity [-- --json]`: how far every reader of the graph is from timm, on every backbone, with the made-up
 * weights. One line per backbone and reader with the largest difference, relative to the largest absolute value.
 */
import { parseArgs } from 'node:util'
import { PARITY_TOLERANCE } from '../lib/backbone/parity/compare.ts'
import { BACKBONES, type BackboneId } from '../lib/backbone/registry.ts'
import { browserReader } from '../server/parity/browser.ts'
import { interpreterReader, onnxReader } from '../server/parity/engine-readers.ts'
import { measureParity } from '../server/parity/measure.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const results: Record<string, Record<string, number>> = {}
let agrees = true
for (const id of Object.keys(BACKBONES) as BackboneId[]) {
  const row: Record<string, number> = {}
  for (const reader of [interpreterReader, onnxReader, browserReader]) {
    const { largest, stages } = await measureParity(reader, id)
    row[reader.id] = largest
    const holds = largest < PARITY_TOLERANCE
    agrees &&= holds
    const line = `${holds ? '✓' : '✗'} ${id.padEnd(24)} ${reader.id.padEnd(12)} ${largest.toExponential(1)}  features and ${stages.length} stages`
    if (!values.json) process.stdout.write(`${line}\n`)
  }
  results[id] = row
}
if (values.json) process.stdout.write(`${JSON.stringify({ results })}\n`)
process.exitCode = agrees ? 0 : 1
