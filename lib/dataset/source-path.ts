import type { Skipped } from './report.ts'

const SYSTEM_FILES = new Set(['thumbs.db', 'desktop.ini', '$recycle.bin', '__macosx'])

/** Files that systems leave behind and nobody means: `__MACOSX`, `.DS_Store`, dot files, `Thumbs.db`. */
export function isSystemFile(path: string): boolean {
  return path
    .split('/')
    .some((part) => (part.startsWith('.') && !/^\.{1,2}$/.test(part)) || SYSTEM_FILES.has(part.toLowerCase()))
}

/** Whether a path would leave the folder that it is read into: absolute, with a drive, with `..`. */
export function isUnsafePath(path: string): boolean {
  return path.includes('\0') || /^([a-z]:|\/)/i.test(path) || path.split('/').includes('..')
}

/** Why a file is left out by its path alone, where it is. */
export function skippedByPath(file: string): Skipped | undefined {
  if (isUnsafePath(file)) {
    return {
      file,
      code: 'zip/unsafe-path',
      says: 'The path is absolute or leads out of the archive; nothing is read or written there.',
    }
  }
  if (isSystemFile(file)) return { file, code: 'ignored/system', says: 'A system file, no picture of yours.' }
  return undefined
}
