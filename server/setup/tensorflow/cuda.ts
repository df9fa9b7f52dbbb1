import { mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../lib/problem.ts'
import { downloadWheel } from './download.ts'
import { unpack } from './unpack.ts'

type Nvidia = {
  readonly pip: readonly string[]
  /** TensorFlow's own wheel: its metadata names the versions of NVIDIA's. */
  readonly wheel: string
  readonly staging: string
  readonly say: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Fetches NVIDIA's libraries in the versions that TensorFlow's wheel asks for and unpacks them to `nvidia/`, where its
 * libraries look for them. The driver itself must be on the machine.
 *
 * @returns wheels by file name with their sha256, as the registry vouched for them.
 */
export async function addNvidia({
  pip,
  wheel,
  staging,
  say,
  signal,
}: Nvidia): Promise<Record<string, string>> {
  const requirements = await nvidiaRequirements(wheel, staging)
  const wheels: Record<string, string> = {}
  for (const [i, requirement] of requirements.entries()) {
    const count = `${i + 1} of ${requirements.length}`
    const folder = join(staging, 'wheels', String(i))
    const fetched = await downloadWheel({
      pip,
      requirement,
      folder,
      onBytes: (bytes) => say(`fetching NVIDIA's libraries, ${count}: ${Math.round(bytes / 1e6)} MB`),
      signal,
    })
    say(`unpacking NVIDIA's libraries, ${count}`)
    await unpack(fetched.file, staging, (entry) =>
      /^nvidia\/[^/]+\/(lib|bin|nvvm)\//.test(entry) ? entry : undefined,
    )
    wheels[fetched.name] = fetched.sha256
    await rm(folder, { recursive: true })
  }
  await linkSolver(staging)
  return wheels
}

/** `Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"` → `nvidia-cublas-cu12<13.0,>=12.5.3.2`. */
export function requirementsIn(metadata: string): string[] {
  return [...metadata.matchAll(/^Requires-Dist: (nvidia-[^;]+);\s*extra == ["']and-cuda["']\s*$/gm)].map(
    ([, requirement]) => requirement!.trim(),
  )
}

async function nvidiaRequirements(wheel: string, staging: string): Promise<string[]> {
  const file = join('metadata', 'METADATA')
  await unpack(wheel, staging, (entry) => (entry.endsWith('.dist-info/METADATA') ? file : undefined))
  const requirements = requirementsIn(await readFile(join(staging, file), 'utf8'))
  if (requirements.length > 0) return requirements
  throw new Problem('setup/damaged', {
    says: "TensorFlow's wheel does not name the CUDA libraries that it needs.",
    advice: 'Set up without --cuda.',
  })
}

/** libcusolver is not on TensorFlow's own search path; libcusparse's folder is. */
async function linkSolver(staging: string): Promise<void> {
  const folder = join(staging, 'nvidia', 'cusparse', 'lib')
  await mkdir(folder, { recursive: true })
  await symlink('../../cusolver/lib/libcusolver.so.11', join(folder, 'libcusolver.so.11'))
}
