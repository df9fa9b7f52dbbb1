import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../../../lib/problem.ts'
import { collect } from '../collect.ts'
import { WHEEL_PLATFORM } from './recipe.ts'

export type Fetched = { readonly file: string; readonly name: string; readonly sha256: string }

type Download = {
  /** pip as a command. */
  readonly pip: readonly string[]
  /** `name==version` or a range. */
  readonly requirement: string
  /** Where the wheel goes; made where it is missing. */
  readonly folder: string
  /** What pip must refuse to differ from; absent: whatever the registry vouches for. */
  readonly sha256?: string
  readonly onBytes: (bytes: number) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Fetches one wheel with pip, which checks it against the registry's hash, and against `sha256` where one is given.
 *
 * @throws Problem `setup/damaged` where the hash is another one, `setup/registry` where it can't be had.
 */
export async function downloadWheel(request: Download): Promise<Fetched> {
  const { pip, requirement, folder, sha256, onBytes, signal } = request
  await mkdir(join(folder, 'pip'), { recursive: true })
  const list = join(folder, 'requirements.txt')
  await writeFile(list, `${requirement}${sha256 ? ` --hash=sha256:${sha256}` : ''}\n`)
  const before = new Set(await wheelsIn(folder))
  const timer = setInterval(() => void bytesBelow(folder).then(onBytes, () => {}), 500)
  const [program, ...args] = pip
  const ended = await collect(
    program!,
    [
      ...args,
      'download',
      '--no-deps',
      '--no-cache-dir',
      '--disable-pip-version-check',
      '--progress-bar=off',
      ...WHEEL_PLATFORM,
      ...(sha256 ? ['--require-hashes'] : []),
      '--dest',
      folder,
      '--requirement',
      list,
    ],
    // What is not whole yet lies where its size can be seen, and on the disk that was asked for.
    { env: { TMPDIR: join(folder, 'pip') }, signal },
  ).finally(() => clearInterval(timer))
  signal?.throwIfAborted()
  if (ended.status !== 0) throw refused(requirement, ended.stderr)
  const name = (await wheelsIn(folder)).find((file) => !before.has(file))
  if (!name) throw refused(requirement, 'pip ended well but left no wheel')
  return { file: join(folder, name), name, sha256: await sha256Of(join(folder, name)) }
}

/** sha256 of a file, in hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

async function wheelsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.whl'))
}

async function bytesBelow(folder: string): Promise<number> {
  let sum = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      sum += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  }
  return sum
}

function refused(requirement: string, words: string): Problem {
  const last =
    words
      .split('\n')
      .filter((line) => line.includes('ERROR'))
      .at(-1) ?? words.trim().split('\n').at(-1)
  if (/do not match the hashes/i.test(words)) {
    return new Problem('setup/damaged', {
      says: `What the registry sent as ${requirement} is not the file that it should be: its sha256 differs.`,
      advice:
        'Do it again. If it stays so, the registry or something on the way changes files: ask who runs it.',
      cause: words,
    })
  }
  return new Problem('setup/registry', {
    says: `pip could not fetch ${requirement}: ${last}`,
    advice:
      'Check that the Python package registry can be reached (pip config list shows which), then do it again.',
    cause: words,
  })
}
