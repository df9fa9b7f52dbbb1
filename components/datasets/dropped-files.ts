/** A file with its path inside what was dropped or chosen. */
export type DroppedFile = { readonly path: string; readonly file: File }

/** Everything that was dropped, folders read to the bottom. Call it in the event itself: the browser forgets it after. */
export function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  return filesOfDrop({ entries, files: [...transfer.files] })
}

/** What a drop brought, as far as it can be kept beyond its event. */
export type Drop = { readonly entries: readonly FileSystemEntry[]; readonly files: readonly File[] }

export async function filesOfDrop({ entries, files }: Drop): Promise<DroppedFile[]> {
  if (entries.length === 0) return chosenFiles(files)
  const found = await Promise.all(entries.map((entry) => filesIn(entry)))
  return found.flat()
}

/** The files of an input, of a folder too. */
export function chosenFiles(files: Iterable<File>): DroppedFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

async function filesIn(entry: FileSystemEntry): Promise<DroppedFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    return [{ path: entry.fullPath.replace(/^\//, ''), file }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const files: DroppedFile[] = []
  // A reader gives a hundred at a time, and none at the end.
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return files
    for (const inner of some) files.push(...(await filesIn(inner)))
  }
}
