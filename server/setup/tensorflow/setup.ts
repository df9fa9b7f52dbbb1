import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Problem } from '../../../lib/problem.ts'
import { checkEngine } from '../../engines/check/check-engine.ts'
import { cacheFolder } from '../cache-folder.ts'
import { buildBinding, stripLibraries } from './build.ts'
import { addNvidia } from './cuda.ts'
import { downloadWheel, sha256Of } from './download.ts'
import {
  BINDING,
  type HostPackage,
  hasStockBinary,
  hostPackage,
  installationFolder,
  linkBinding,
  type Manifest,
  readManifest,
  setStockAside,
} from './installation.ts'
import { checkMachine } from './machine.ts'
import { type Device, HEADERS, LIBRARIES, TENSORFLOW, WHEELS, type Wheel } from './recipe.ts'
import { unpack } from './unpack.ts'

export type SetupTensorflow = {
  readonly device: Device
  /** Sets up again what is there already. */
  readonly again?: boolean
  readonly cache?: string
  /** What is fetched and what it serves: stand-ins for tests. */
  readonly wheel?: Wheel
  readonly host?: HostPackage | undefined
  /** Whether the binary that came with the host package passes its self-test. */
  readonly stockPasses?: () => Promise<boolean>
  readonly onProgress?: (line: string) => void
  readonly signal?: AbortSignal
}

export type TensorflowSetup =
  | { readonly folder: string; readonly fresh: boolean; readonly manifest: Manifest }
  /** The host package brought its own binary, and that one passes. */
  | { readonly folder: string; readonly fresh: false; readonly stock: true }

/**
 * Puts TensorFlow's libraries under the Node package: fetches the wheel with pip, takes libraries and headers out of it,
 * compiles the binding, and links it into the package. All of it lies in the user's cache folder; what is there and whole
 * (sizes and hashes as written down) is not made again, and where the package brought a binary of its own that passes its
 * self-test, nothing is fetched. Nothing half-made is ever in place: it is built beside and renamed.
 *
 * @throws Problem `setup/…` for each thing that can be missing.
 */
export async function setupTensorflow({
  device,
  again = false,
  cache = cacheFolder(),
  wheel = WHEELS[device],
  host = hostPackage(),
  stockPasses = async () => (await checkEngine('tensorflow')).status === 'passed',
  onProgress: say = () => {},
  signal,
}: SetupTensorflow): Promise<TensorflowSetup> {
  if (!host) {
    throw new Problem('setup/host-package', {
      says: 'The package @tensorflow/tfjs-node-gpu is not installed.',
      advice: 'Install the packages again with "npm ci", without leaving optional ones out.',
    })
  }
  if (hasStockBinary(host)) {
    say('checking the binary that came with the package')
    if (!again && (await stockPasses()))
      return { folder: join(host.folder, 'lib'), fresh: false, stock: true }
    await setStockAside(host)
  }
  const folder = installationFolder(device, cache)
  const there = again ? undefined : await wholeInstallation(folder, host.version, say)
  if (there) {
    linkBinding(cache, host)
    return { folder, fresh: false, manifest: there }
  }
  const { pip, compiler } = await checkMachine(cache, wheel)
  const staging = `${folder}.${process.pid}.part`
  try {
    await mkdir(staging, { recursive: true })
    const total = Math.round(wheel.downloadBytes / 1e6)
    const fetched = await downloadWheel({
      pip,
      requirement: wheel.requirement,
      sha256: wheel.sha256,
      folder: join(staging, 'wheels'),
      onBytes: (bytes) => say(`fetching TensorFlow ${TENSORFLOW}: ${Math.round(bytes / 1e6)} of ${total} MB`),
      signal,
    })
    say('unpacking the libraries')
    await unpack(fetched.file, staging, placeInFolder)
    const wheels = { [fetched.name]: fetched.sha256 }
    if (device === 'cuda')
      Object.assign(wheels, await addNvidia({ pip, wheel: fetched.file, staging, say, signal }))
    say('stripping the libraries')
    await stripLibraries(staging, signal)
    say('compiling the binding')
    await buildBinding(compiler, host.folder, staging, signal)
    say('writing down what was made')
    const manifest = await describe(staging, { device, host: host.version, wheels })
    await rm(join(staging, 'wheels'), { recursive: true })
    await writeFile(join(staging, 'manifest.json'), JSON.stringify(manifest, null, 1))
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
    linkBinding(cache, host)
    return { folder, fresh: true, manifest }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The manifest, when every file is as it says; nothing otherwise. */
async function wholeInstallation(
  folder: string,
  host: string,
  say: (line: string) => void,
): Promise<Manifest | undefined> {
  const manifest = readManifest(folder)
  if (manifest?.host !== host) return undefined
  say('checking what is there')
  for (const [path, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const file = join(folder, path)
    const size = await stat(file).then(
      (found) => found.size,
      () => -1,
    )
    if (size !== bytes || (await sha256Of(file)) !== sha256) return undefined
  }
  return manifest
}

async function describe(
  folder: string,
  { device, host, wheels }: { device: Device; host: string; wheels: Manifest['wheels'] },
): Promise<Manifest> {
  const files: Manifest['files'] = {}
  for (const path of [...LIBRARIES.map((library) => join('lib', library)), BINDING]) {
    const file = join(folder, path)
    files[path] = { bytes: (await stat(file)).size, sha256: await sha256Of(file) }
  }
  return { tensorflow: TENSORFLOW, device, host, wheels, files }
}

const INCLUDE = 'tensorflow/include/'

function placeInFolder(entry: string): string | undefined {
  if (LIBRARIES.some((library) => entry === `tensorflow/${library}`)) return join('lib', basename(entry))
  const header = entry.startsWith(INCLUDE) ? entry.slice(INCLUDE.length) : ''
  return (HEADERS as readonly string[]).includes(header) ? join('include', header) : undefined
}
