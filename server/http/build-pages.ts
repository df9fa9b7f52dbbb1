import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../../lib/problem.ts'
import { lockFile } from '../owner/file-lock.ts'
import { PROJECT } from './project.ts'

/** What pages are made from. */
const SOURCES = ['app', 'components', 'lib', 'server/services.ts', 'next.config.ts', 'package-lock.json']
const BUILD = join(PROJECT, '.next', 'BUILD_ID')

/**
 * Builds the pages in a child process where there is no build yet, or one that is older than its sources. Several servers
 * that start at once build once.
 *
 * @throws Problem `server/build-failed` with the last lines of what the build said.
 */
export async function buildPages(say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  if (await isUpToDate()) return
  const lock = await waitForLock(signal)
  try {
    if (await isUpToDate()) return
    await build(say, signal)
  } finally {
    lock.release()
  }
}

async function isUpToDate(): Promise<boolean> {
  const built = await stat(BUILD).catch(() => undefined)
  if (!built) return false
  const changes = await Promise.all(SOURCES.map((source) => lastChange(join(PROJECT, source))))
  return Math.max(...changes) <= built.mtimeMs
}

async function lastChange(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.mtimeMs
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
  const times = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))))
  return Math.max(0, ...times.map((time) => time.mtimeMs))
}

async function waitForLock(signal: AbortSignal | undefined) {
  while (true) {
    const lock = lockFile(join(PROJECT, 'node_modules', '.whippet-build.lock'))
    if (lock !== 'taken') return lock
    await pause(500, undefined, signal && { signal })
  }
}

async function build(say: (line: string) => void, signal: AbortSignal | undefined): Promise<void> {
  say('Building the pages, once …')
  const began = performance.now()
  const child = spawn(process.execPath, [join(PROJECT, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: PROJECT,
    ...(signal && { signal }),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      const said = text.split('\n').filter((line) => line.trim() !== '')
      lines.push(...said)
      for (const line of said)
        if (/^\s*(✓|Creating|Collecting|Generating)/.test(line)) say(`  ${line.trim()}`)
    })
  }
  const status = await new Promise<string | number | null>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', resolve)
  })
  if (status === 0) return say(`  built in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  throw new Problem('server/build-failed', {
    says: `The pages can't be built (${status}).`,
    advice: lines.slice(-12).join('\n'),
  })
}
