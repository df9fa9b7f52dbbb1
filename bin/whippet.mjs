#!/usr/bin/env node
// Runs the command line with the Node that the lockfile pins, whatever Node started this file.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pinnedNode } from '../scripts/pinned-node.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const main = join(root, 'server/cli/main.ts')
const node = pinnedNode(root)
if (!node || !existsSync(join(root, 'node_modules'))) {
  process.stderr.write('Whippet is not installed yet: run "npm run demo" or "npm ci" in its folder first.\n')
  process.exit(1)
}
if (realpathSync(node) === realpathSync(process.execPath)) await import(main)
else {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both processes; only the child decides when to end.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code) => process.exit(code ?? 1))
}
