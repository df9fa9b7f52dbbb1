import { mkdir, statfs } from 'node:fs/promises'
import { Problem } from '../../../lib/problem.ts'
import { collect } from '../collect.ts'
import { GLIBC, type Wheel } from './recipe.ts'

/** The programs that the set-up runs, once it is known that they are there. */
export type Programs = { readonly pip: readonly string[]; readonly compiler: string }

/**
 * What the machine must have before anything is fetched.
 *
 * @throws Problem `setup/platform`, `setup/glibc`, `setup/pip`, `setup/compiler` or `setup/space`, saying what is missing.
 */
export async function checkMachine(folder: string, wheel: Wheel): Promise<Programs> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Problem('setup/platform', {
      says: `The tensorflow engine can be set up on Linux on x64 processors; this is ${process.platform} on ${process.arch}.`,
      advice: 'Use the wasm engine here: it trains too, slower, and needs no set-up.',
    })
  }
  checkGlibc(glibcVersion())
  const programs = { pip: await findPip(), compiler: await findCompiler() }
  await mkdir(folder, { recursive: true })
  await checkSpace(folder, wheel.diskBytes)
  return programs
}

/** @throws Problem `setup/glibc` where the C library is older than the wheel's, or another one (`undefined`). */
export function checkGlibc(version: string | undefined): void {
  if (version !== undefined && atLeast(version, GLIBC)) return
  throw new Problem('setup/glibc', {
    says: version
      ? `TensorFlow's libraries need glibc ${GLIBC} or newer; this machine has ${version}.`
      : `TensorFlow's libraries need glibc ${GLIBC} or newer; this machine has another C library.`,
    advice: 'Use a newer Linux with glibc (Debian 10, Ubuntu 18.04 or later), or the wasm engine.',
  })
}

/** @throws Problem `setup/pip`. */
export async function findPip(): Promise<readonly string[]> {
  for (const command of [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]) {
    const [program, ...args] = command
    if ((await collect(program!, [...args, '--version'])).status === 0) return command
  }
  throw new Problem('setup/pip', {
    says: "Python's pip is missing: TensorFlow's libraries are fetched with it.",
    advice: 'Install it (Debian and Ubuntu: apt-get install python3-pip) and do it again.',
  })
}

async function findCompiler(): Promise<string> {
  for (const command of [process.env.CXX, 'g++', 'c++', 'clang++']) {
    if (command && (await collect(command, ['--version'])).status === 0) return command
  }
  throw new Problem('setup/compiler', {
    says: 'A C++ compiler is missing: the binding between Node and TensorFlow is compiled on this machine.',
    advice: 'Install it (Debian and Ubuntu: apt-get install g++) and do it again.',
  })
}

/** @throws Problem `setup/space`. */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= bytes) return
  const gigabytes = (n: number) => (n / 1e9).toFixed(1)
  throw new Problem('setup/space', {
    says: `${folder} has ${gigabytes(bavail * bsize)} GB free; the set-up needs ${gigabytes(bytes)} GB for a while.`,
    advice: 'Make room, or set XDG_CACHE_HOME to a folder on a larger disk.',
  })
}

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime
}

function atLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
