import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Size of all files below `folder` in whole megabytes; files that vanish while counting are left out. */
export function megabytesIn(folder) {
  let sizeBytes = 0
  const walk = (at) => {
    let entries
    try {
      entries = readdirSync(at, { withFileTypes: true })
    } catch {
      return // not there yet, or just renamed by npm
    }
    for (const entry of entries) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) sizeBytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    }
  }
  walk(folder)
  return Math.round(sizeBytes / 1e6)
}
