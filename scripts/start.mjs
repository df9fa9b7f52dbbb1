// The way in on a fresh machine: needs nothing but Node >= 20 and npm. Installs what package-lock.json names when that has
// not been done yet, then runs the asked-for program with the pinned Node.
//   node scripts/start.mjs demo|test|bench|… [arguments]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { megabytesIn } from './disk-size.mjs'
import { pinnedNode } from './pinned-node.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.installed-from')

const PROGRAMS = {
  demo: ['server/cli/demo.ts'],
  serve: ['server/cli/main.ts', 'serve'],
  test: ['node_modules/vitest/vitest.mjs', 'run'],
  whippet: ['server/cli/main.ts'],
  parity: ['bench/parity.ts'],
  bench: ['bench/main.ts'],
  chaos: ['chaos/main.ts'],
  load: ['load/main.ts'],
  shots: ['e2e/shots.ts'],
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function installed() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash() && pinnedNode(root) !== undefined
}

/** Runs `npm ci`, telling on stderr how much has arrived; stdout stays for the program's own document. */
async function install() {
  const started = Date.now()
  const say = (text) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
  process.stderr.write('Installing the packages that package-lock.json names, from the package registry …\n')
  const npm = spawn(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['ci', '--no-progress', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
  const timer = setInterval(
    () => {
      say(
        `  ${megabytesIn(join(root, 'node_modules'))} MB on disk after ${Math.round((Date.now() - started) / 1000)} s`,
      )
    },
    process.stderr.isTTY ? 1000 : 5000,
  )
  const status = await new Promise((resolve) =>
    npm.on('error', () => resolve(-1)).on('exit', (code) => resolve(code ?? 1)),
  )
  clearInterval(timer)
  if (status !== 0) {
    const why = status === -1 ? 'npm was not found' : `npm ci ended with status ${status}`
    process.stderr.write(
      `\nThe packages could not be installed: ${why}. Check that the npm registry can be reached, then run the same command again.\n`,
    )
    process.exit(1)
  }
  if (pinnedNode(root) === undefined) {
    process.stderr.write(
      `\nNo pinned Node for ${process.platform}-${process.arch} among the packages. Whippet needs Node 22.18 or newer on this platform.\n`,
    )
    process.exit(1)
  }
  writeFileSync(stamp, lockHash())
  say(
    `  ${megabytesIn(join(root, 'node_modules'))} MB installed in ${Math.round((Date.now() - started) / 1000)} s\n`,
  )
}

const [name, ...rest] = process.argv.slice(2)
const program = PROGRAMS[name]
if (!program) {
  process.stderr.write(`Unknown program "${name}". Known: ${Object.keys(PROGRAMS).join(', ')}.\n`)
  process.exit(2)
}
const began = Date.now()
if (!installed()) await install()
const [script, ...before] = program
const child = spawn(pinnedNode(root), [join(root, script), ...before, ...rest], {
  cwd: name === 'whippet' ? process.cwd() : root,
  stdio: 'inherit',
  env: { ...process.env, WHIPPET_INSTALL_SECONDS: String((Date.now() - began) / 1000) },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
