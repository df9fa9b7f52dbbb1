import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where libraries are kept that several checkouts and data folders share: `$XDG_CACHE_HOME/whippet`, or `~/.cache/whippet`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'whippet')
}
