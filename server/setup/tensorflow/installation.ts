import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { cacheFolder } from '../cache-folder.ts'
import { type Device, TENSORFLOW } from './recipe.ts'

/** The Node package that the libraries serve. */
const HOST = '@tensorflow/tfjs-node-gpu'
/** Version of Node's binary interface that the binding is built for; every Node since 12 has it. */
export const BINDING = join('napi-v8', 'tfjs_binding.node')

const files = z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() }))
const manifestSchema = z.object({
  tensorflow: z.string(),
  device: z.enum(['cpu', 'cuda']),
  /** Version of the host package whose binding was built. */
  host: z.string(),
  /** Wheels by file name, with the sha256 that they were fetched with. */
  wheels: z.record(z.string(), z.string()),
  /** What was taken out of them or built, by path, as it lies on disk. */
  files,
})

/** What the set-up wrote down of itself, beside the libraries. */
export type Manifest = z.infer<typeof manifestSchema>

/** Where the libraries for a device are kept. */
export function installationFolder(device: Device, cache: string = cacheFolder()): string {
  return join(cache, `tensorflow-${TENSORFLOW}-${device}`)
}

/** What is set up in `folder`, or nothing. A manifest is written last: where it is, the rest was whole. */
export function readManifest(folder: string): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')))
  } catch {
    return undefined // nothing there, or not whole: set up again
  }
}

export type HostPackage = { readonly folder: string; readonly version: string }

/** Folder and version of the host package; nothing where it was not installed (it is an optional dependency). */
export function hostPackage(): HostPackage | undefined {
  try {
    const file = createRequire(import.meta.url).resolve(`${HOST}/package.json`)
    return { folder: dirname(file), version: JSON.parse(readFileSync(file, 'utf8')).version }
  } catch {
    return undefined
  }
}

/** Whether the host package has a binary of its own: its install script fetched it, where that may run. */
export function hasStockBinary({ folder }: HostPackage): boolean {
  const own = join(folder, 'lib', BINDING)
  return existsSync(own) && !lstatSync(dirname(own)).isSymbolicLink()
}

/** Makes place for ours; what was there stays beside it. */
export async function setStockAside({ folder }: HostPackage): Promise<void> {
  const own = join(folder, 'lib', dirname(BINDING))
  await rm(`${own}.stock`, { recursive: true, force: true })
  await rename(own, `${own}.stock`)
}

export type Linked = { linked: true; device: Device | 'prebuilt' } | { linked: false; why: string }

/**
 * Makes the host package find its binding: through a link into the cache folder, so that a fresh `npm ci` costs nothing.
 * CUDA libraries go first where both are set up; they serve machines without a GPU too. A binding that came with the
 * package itself stays.
 */
export function linkBinding(
  cache: string = cacheFolder(),
  host: HostPackage | undefined = hostPackage(),
): Linked {
  if (!host) return { linked: false, why: `the package ${HOST} is not installed` }
  if (hasStockBinary(host)) return { linked: true, device: 'prebuilt' }
  const link = join(host.folder, 'lib', dirname(BINDING))
  for (const device of ['cuda', 'cpu'] as const) {
    const folder = installationFolder(device, cache)
    if (readManifest(folder)?.host !== host.version) continue
    pointTo(link, join(folder, dirname(BINDING)))
    return { linked: true, device }
  }
  return { linked: false, why: 'its libraries are not set up: run "whippet setup tensorflow"' }
}

/** Several processes may do this at once: the link is made beside and renamed. */
function pointTo(link: string, target: string): void {
  mkdirSync(dirname(link), { recursive: true })
  const temporary = `${link}.${process.pid}.new`
  symlinkSync(target, temporary)
  renameSync(temporary, link)
}
