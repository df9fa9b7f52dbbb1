import type { Page } from 'playwright-core'

export type WebglTrouble = 'lose the context once' | 'lose every context' | 'give no numbers'

/** Makes WebGL fail in the middle, in the worker that classifies, as drivers do. */
export async function breakWebgl(page: Page, trouble: WebglTrouble): Promise<void> {
  const [worker] = page.workers()
  if (!worker) throw new Error('The page has no worker.')
  await worker.evaluate((how) => {
    const gl = WebGL2RenderingContext.prototype
    const { drawElements, readPixels, getBufferSubData } = gl
    if (how === 'give no numbers') {
      const spoil = (target: unknown) => target instanceof Float32Array && target.fill(Number.NaN)
      gl.readPixels = function (...given: unknown[]) {
        Reflect.apply(readPixels, this, given)
        spoil(given.at(-1))
      }
      gl.getBufferSubData = function (...given: unknown[]) {
        Reflect.apply(getBufferSubData, this, given)
        spoil(given[2])
      }
      return
    }
    let draws = 0
    gl.drawElements = function (...given: unknown[]) {
      if (++draws === 20) this.getExtension('WEBGL_lose_context')?.loseContext()
      if (draws === 20 && how === 'lose every context') draws = 0
      Reflect.apply(drawElements, this, given)
    }
  }, trouble)
}
