import { Command } from 'commander'
import { ago, bytes } from '../../../lib/figures.ts'
import { cacheFolders } from '../../retention/cache-parts.ts'
import { trimCache } from '../../retention/trim-cache.ts'
import { spaceOf } from '../../space/space.ts'
import { featureCacheFolder } from '../../trainer/split-features.ts'
import { contextOf } from '../context.ts'
import { numberFromZero } from '../usage.ts'
import { table } from '../words.ts'

export function cacheCommand(): Command {
  const cache = new Command('cache')
    .description('show what the feature cache holds, and what it may take')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nThe server keeps the cache within its budget by itself: $WHIPPET_CACHE_BUDGET_GB, or half of what it has and what is\nfree. What is removed is computed again when a run wants it.\n\nExamples:\n  whippet cache\n  whippet cache trim --budget 20',
    )
    .action(async (options: { json?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      const folders = await cacheFolders(featureCacheFolder(dataDir))
      const space = await spaceOf(dataDir)
      const shown = folders.map(({ name, about, parts }) => ({
        name,
        about,
        segments: parts.length,
        bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
        lastUsed:
          parts.length > 0 ? new Date(Math.max(...parts.map((part) => part.lastUsed))).toISOString() : null,
        inUse: parts.some(({ inUse }) => inUse),
      }))
      const { cacheBytes, cacheBudgetBytes, freeBytes, reserveBytes } = space
      const rows = shown.map((each) => [
        each.name.slice(0, 12),
        each.about,
        bytes(each.bytes),
        each.lastUsed ? ago(each.lastUsed, Date.now()) : '',
        each.inUse ? 'in use' : '',
      ])
      output.result(
        { folders: shown, space },
        [
          ...(rows.length > 0 ? [table(rows)] : []),
          `${bytes(cacheBytes)} of ${bytes(cacheBudgetBytes)}; ${bytes(freeBytes)} are free, ${bytes(reserveBytes)} of them in reserve`,
        ].join('\n'),
      )
    })
  cache.addCommand(
    new Command('trim')
      .description('remove what was used the longest ago; what a run uses stays')
      .option('--budget <gigabytes>', 'what the cache may take afterwards', numberFromZero)
      .option('--json', 'print one JSON document')
      .action(async (options: { budget?: number; json?: boolean }) => {
        const { dataDir, output } = contextOf(options)
        const { cacheBudgetBytes } = await spaceOf(dataDir)
        const budget = options.budget === undefined ? cacheBudgetBytes : options.budget * 1e9
        const trimmed = await trimCache(featureCacheFolder(dataDir), budget)
        output.result(trimmed, `${bytes(trimmed.bytes)} are removed, ${trimmed.segments} segments.`)
      }),
  )
  return cache
}
