import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const BIN = fileURLToPath(new URL('../../bin/whippet.mjs', import.meta.url))

export type Ended = { status: number | null; stdout: string; stderr: string }
export type Running = { process: ChildProcess; ended: Promise<Ended> }

/** Starts the real command on a data folder, as a shell would. */
export function startWhippet(
  dataDir: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const { DATABASE_URL: _, ...env } = process.env
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...env, WHIPPET_DATA: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
  return { process: child, ended }
}

export function whippet(dataDir: string, ...args: string[]): Promise<Ended> {
  return startWhippet(dataDir, args).ended
}

/** What a command prints with --json; the test fails, with what it said, unless it ended well with one line of JSON. */
export async function whippetJson<T>(dataDir: string, ...args: string[]): Promise<T> {
  const { status, stdout, stderr } = await whippet(dataDir, ...args, '--json')
  if (status !== 0) throw new Error(`whippet ${args.join(' ')} ended with ${status}:\n${stderr}`)
  const lines = stdout.split('\n').filter(Boolean)
  if (lines.length !== 1)
    throw new Error(`whippet ${args.join(' ')} printed ${lines.length} lines:\n${stdout}`)
  return JSON.parse(lines[0]!) as T
}

/** Resolves once the process has said this on stderr. */
export function said({ process: child, ended }: Running, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr!.on('data', (more: string) => {
      text += more
      if (what.test(text)) resolve()
    })
    ended.then(({ stderr }) => reject(new Error(`it ended without saying ${what}:\n${stderr}`)))
  })
}

const SHAPES = {
  disc: '<circle cx="60" cy="60" r="R"/>',
  bar: '<rect x="10" y="50" width="100" height="R"/>',
  kite: '<path d="M60 5 L110 60 L60 115 L10 60Z" stroke="black" stroke-width="R"/>',
}

/** Twelve drawings each of three shapes, in class folders: learned in a second, and not by every model alike. */
export async function drawShapes(folder: string, count = 12): Promise<void> {
  for (const [shape, svg] of Object.entries(SHAPES)) {
    for (let n = 0; n < count; n++) {
      const file = join(folder, shape, `${shape}-${n}.png`)
      mkdirSync(dirname(file), { recursive: true })
      const body = svg.replace('R', String(8 + 3 * n))
      const turned = `<g transform="rotate(${n * 7} 60 60)" fill="hsl(${(n * 47) % 360} 70% 50%)">${body}</g>`
      const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120">${turned}</svg>`
      await sharp(Buffer.from(picture)).flatten({ background: '#fff' }).png().toFile(file)
    }
  }
}
