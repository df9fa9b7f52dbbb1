import { type Drop, type DroppedFile, filesOfDrop } from './dropped-files.ts'

/** Attribute of a drop zone that listens by itself. */
export const LIVE = 'data-takes-drops'

type Holder = { whippetDrop?: Drop | undefined }

/**
 * Runs before the page is alive: what is dropped until then would make the browser leave the page. The last drop is kept
 * for {@link takeEarlyDrop}.
 */
export const CATCH_EARLY_DROPS = `(() => {
  const early = () => !document.querySelector('[${LIVE}]')
  addEventListener('dragover', (event) => early() && event.preventDefault())
  addEventListener('drop', (event) => {
    if (!early() || !event.dataTransfer) return
    event.preventDefault()
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean)
    window.whippetDrop = { entries, files: [...event.dataTransfer.files] }
  })
})()`

/** What was dropped before the page was alive, once. */
export function takeEarlyDrop(): Promise<DroppedFile[]> | undefined {
  const holder = globalThis as Holder
  const drop = holder.whippetDrop
  holder.whippetDrop = undefined
  return drop && filesOfDrop(drop)
}
