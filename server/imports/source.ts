import { link, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NewImport } from '../../lib/api/datasets.ts'
import { Problem } from '../../lib/problem.ts'

/** Uploads are named by the server: nothing else is a path of ours. */
const UPLOAD = /^[0-9a-f]{32}$/
const ZIP = /\.zip$/i

/**
 * What the importer reads of uploads: the zip itself, or a folder that has each picture at its path.
 *
 * @throws Problem `imports/unknown-upload`, `imports/bad-path`.
 */
export async function sourceOfUploads(
  files: NewImport['files'],
  { uploads, folder }: { uploads: string; folder: string },
): Promise<string> {
  const [only] = files
  if (files.length === 1 && only && ZIP.test(only.path)) return uploaded(uploads, only.upload)
  for (const { upload, path } of files) {
    const target = join(folder, ...segmentsOf(path))
    await mkdir(dirname(target), { recursive: true })
    await link(await uploaded(uploads, upload), target).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw badPath(path, cause)
    })
  }
  return folder
}

async function uploaded(uploads: string, id: string): Promise<string> {
  const file = join(uploads, id)
  if (UPLOAD.test(id) && (await stat(file).catch(() => undefined))?.isFile()) return file
  throw new Problem('imports/unknown-upload', {
    says: `There is no upload "${id.slice(0, 40)}".`,
    advice: 'It may have expired: upload the pictures again.',
  })
}

/** Parts of a path that stays below its folder, whatever a browser or a script sent. */
function segmentsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const fine =
    parts.length > 0 &&
    parts.every((part) => part !== '..' && !/[\0\\]/.test(part) && Buffer.byteLength(part) <= 255)
  if (!fine) throw badPath(path)
  return parts
}

function badPath(path: string, cause?: unknown): Problem {
  return new Problem('imports/bad-path', {
    says: `"${path.slice(0, 200)}" can't be the path of a picture.`,
    advice: 'Use names of folders and files with "/" between them, like train/pug/1.jpg.',
    cause,
  })
}
