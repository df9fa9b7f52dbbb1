import { Command } from 'commander'
import { onnxruntimeEngine } from '../../engines/onnxruntime/engine.ts'
import { type SelfTest, selfTest } from '../../engines/self-test/self-test.ts'
import { wasmEngine } from '../../engines/wasm/engine.ts'
import { contextOf } from '../context.ts'
import { table } from '../words.ts'

/** Each engine, and the sort of work that it is used for. One of each sort must pass. */
const ENGINES = [
  { make: () => onnxruntimeEngine({ threads: 1 }), usedFor: 'extracts features, trains heads, classifies' },
  { make: () => wasmEngine(), usedFor: 'checks exported models' },
] as const

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check the engines of this machine')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  whippet doctor')
    .action(async (options: { json?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      const engines = []
      for (const { make, usedFor } of ENGINES) {
        const engine = make()
        const { status, ...details } = await selfTest(engine)
        engines.push({ id: engine.id, selfTest: status, usedFor, ...details })
      }
      const fit = engines.every(({ selfTest }) => selfTest === 'passed')
      const rows = engines.map((engine) => [engine.id, sayingOf(engine), engine.usedFor])
      const node = `Node ${process.versions.node} on ${process.platform}-${process.arch}, data folder ${dataDir}`
      output.result({ engines, node: process.versions.node, dataDir }, `${node}\n${table(rows)}`)
      if (!fit) process.exitCode = 1
    })
}

function sayingOf(engine: { selfTest: SelfTest['status']; version?: string; why?: string }): string {
  if (engine.selfTest === 'passed') return `✓ ${engine.version} passed its self-test`
  return `✗ ${engine.selfTest}: ${engine.why}`
}
