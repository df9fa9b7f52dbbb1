import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Probe } from '../../server/engines/inference-engine.ts'
import { chromiumPath } from './chromium.ts'

/** Where Chromium keeps a Vulkan driver in software (SwiftShader), and a Vulkan loader; nothing where there is none. */
export function softwareVulkan(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const folders = [dirname(chromiumPath() ?? '/nowhere/chromium'), '/usr/lib/chromium']
  return folders.find((folder) => existsSync(join(folder, DRIVER)) && existsSync(join(folder, LOADER)))
}

/** {@link turnToSoftware}, and whether an engine finds it: why it can't be tested here, if it can't. */
export async function whyNoWebgpu({ probe }: { probe(): Promise<Probe> }): Promise<string | undefined> {
  const none = turnToSoftware()
  const found = await probe()
  return found.available ? undefined : (none ?? found.why)
}

/**
 * Turns this process's Vulkan to the driver in software, unless the environment names one already. The loader must be on
 * the library path since the process started: the tests' set-up sees to that.
 *
 * @returns why that can't be had here, if it can't.
 */
function turnToSoftware(): string | undefined {
  if (process.env.VK_ICD_FILENAMES) return undefined
  const folder = softwareVulkan()
  if (!folder) return 'there is no Vulkan driver in software here: Chromium for Linux brings one'
  process.env.VK_ICD_FILENAMES = join(folder, DRIVER)
  return undefined
}

const DRIVER = 'vk_swiftshader_icd.json'
export const LOADER = 'libvulkan.so.1'
