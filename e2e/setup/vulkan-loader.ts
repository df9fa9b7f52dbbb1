import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOADER, softwareVulkan } from './software-gpu.ts'

/**
 * Before the tests: Chromium's Vulkan loader on the library path of their processes, for machines that have none of their
 * own. It alone, in a folder by itself, and last: a process reads this path only when it starts.
 */
export default function setup(): (() => void) | undefined {
  const vulkan = softwareVulkan()
  if (!vulkan) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'whippet-vulkan-'))
  symlinkSync(join(vulkan, LOADER), join(folder, LOADER))
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, folder].filter(Boolean).join(':')
  return () => rmSync(folder, { recursive: true })
}
