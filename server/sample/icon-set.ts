import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { Problem } from '../../lib/problem.ts'

const { resolve } = createRequire(import.meta.url)

const iconSchema = z.object({
  body: z.string(),
  left: z.number().optional(),
  top: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
})
const iconsSchema = z.object({
  icons: z.record(z.string(), iconSchema),
  aliases: z.record(z.string(), z.object({ parent: z.string() })).optional(),
  width: z.number().default(16),
  height: z.number().default(16),
})
const infoSchema = z.object({
  name: z.string(),
  author: z.object({ name: z.string(), url: z.string().optional() }),
  license: z.object({ title: z.string(), spdx: z.string(), url: z.string().optional() }),
})

/** An emoji as SVG: what stands inside the element, and the box that it is drawn in. */
export type Icon = {
  readonly body: string
  readonly box: readonly [left: number, top: number, width: number, height: number]
}

/** Under which terms a designer's emoji may be used. */
export type Licence = {
  readonly set: string
  readonly by: string
  readonly licence: string
  readonly url?: string
}

export type IconSet = { readonly licence: Licence; find(name: string): Icon | undefined }

/**
 * One designer's emoji, out of its npm package.
 *
 * @throws Problem `sample/packages-missing`.
 */
export async function readIconSet(set: string): Promise<IconSet> {
  const icons = iconsSchema.parse(await readPackageFile(set, 'icons.json'))
  const { name, author, license } = infoSchema.parse(await readPackageFile(set, 'info.json'))
  return {
    licence: {
      set: name,
      by: author.name,
      licence: license.spdx,
      ...(license.url ? { url: license.url } : {}),
    },
    find(wanted) {
      const icon = icons.icons[wanted] ?? icons.icons[icons.aliases?.[wanted]?.parent ?? '']
      if (!icon) return undefined
      const { body, left = 0, top = 0, width = icons.width, height = icons.height } = icon
      return { body, box: [left, top, width, height] }
    },
  }
}

async function readPackageFile(set: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(resolve(`@iconify-json/${set}/${file}`), 'utf8'))
  } catch (cause) {
    throw new Problem('sample/packages-missing', {
      says: `The sample is drawn from the npm package @iconify-json/${set}, which is not installed.`,
      advice: 'Run "npm ci" (it leaves development packages out when NODE_ENV is "production").',
      cause,
    })
  }
}
