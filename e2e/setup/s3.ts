import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** An S3-compatible server (Apache-2.0) that the Go module registry has: tests only, never shipped. */
const MODULE = 'github.com/versity/versitygw/cmd/versitygw'
const VERSION = 'v1.8.0'
const INSTALL_TIMEOUT_MS = 10 * 60_000
const START_TIMEOUT_MS = 20_000

export type S3Server = {
  readonly url: string
  /** What a client's environment needs. */
  readonly env: Readonly<
    Record<'AWS_ENDPOINT_URL' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION', string>
  >
  /** Makes a bucket. */
  bucket(name: string): void
  stop(): Promise<void>
}

const fileOf = (folder: string) => join(folder, 'versitygw')
const installed = join(homedir(), '.cache', 'whippet', `versitygw-${VERSION}`)

/** Why no S3-compatible server can be had here, after trying; undefined where one can. */
export function noS3Server(): string | undefined {
  if (existsSync(fileOf(installed))) return undefined
  try {
    execFileSync('go', ['version'], { stdio: 'pipe' })
  } catch {
    return 'an S3-compatible server is built with go, and go is not on this machine'
  }
  try {
    mkdirSync(installed, { recursive: true })
    const env = { ...process.env, GOBIN: installed, GOFLAGS: '-mod=mod' }
    execFileSync('go', ['install', `${MODULE}@${VERSION}`], {
      env,
      stdio: 'pipe',
      timeout: INSTALL_TIMEOUT_MS,
    })
    return undefined
  } catch (thrown) {
    const words = String((thrown as { stderr?: Buffer }).stderr ?? thrown)
      .trim()
      .split('\n')
      .at(-1)
    return `no S3-compatible server could be built: ${words}`
  }
}

/** Starts a server on a temporary folder; {@link noS3Server} first. */
export async function startS3Server(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'whippet-s3-'))
  const port = await freePort()
  const [access, secret] = ['whippet-tests', 'not-a-secret-in-tests']
  const args = [
    '--access',
    access,
    '--secret',
    secret,
    '--port',
    `127.0.0.1:${port}`,
    '--health',
    '/health',
    '--quiet',
    'posix',
    folder,
  ]
  const child = spawn(fileOf(installed), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const end = () => child.kill('SIGKILL')
  process.on('exit', end)
  const url = `http://127.0.0.1:${port}`
  await answering(child, `${url}/health`)
  return {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: 'us-east-1',
    },
    bucket: (name) => mkdirSync(join(folder, name)),
    async stop() {
      process.off('exit', end)
      const gone = once(child, 'exit')
      end()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  let words = ''
  child.stderr!.on('data', (chunk) => (words += chunk))
  const until = Date.now() + START_TIMEOUT_MS
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await pause(50)
  }
  child.kill('SIGKILL')
  throw new Error(`The S3-compatible server did not start: ${words.trim()}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
