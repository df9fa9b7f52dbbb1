import { sourceReader } from '../../server/datasets/source/read-source-file.ts'
import { scanSource } from '../../server/datasets/source/scan.ts'
import type { SourceFile } from '../../server/datasets/source/source-file.ts'

/** The pictures of a zip by their path in it. */
export async function sourceFiles(path: string): Promise<ReadonlyMap<string, SourceFile>> {
  return (await scanSource(path)).files
}

export async function readSourceFile(file: SourceFile): Promise<Buffer> {
  return Buffer.from(await reader.read(file))
}

/** One for all: it keeps its archives open. */
const reader = sourceReader()
