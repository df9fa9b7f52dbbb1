import type { Seen } from '../../classify/browser/device.ts'
import type { Box } from '../../preprocess/box.ts'
import { Problem } from '../../problem.ts'

const SHOWN = 5

/** An element of index.html. */
export function element<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind
}

/** Shows what the page is doing; `fraction` where it is known. */
export function showLoading(text: string, fraction?: number): void {
  element('loading').hidden = false
  element('answer').hidden = true
  element('waiting').hidden = true
  element('problem').hidden = true
  element('loading-text').textContent = text
  const progress = element<HTMLProgressElement>('progress')
  if (fraction === undefined) progress.removeAttribute('value')
  else progress.value = fraction
}

export function showReady(): void {
  element('loading').hidden = true
  element('waiting').hidden = false
}

export function showProblem(thrown: unknown): void {
  const { says, advice } = Problem.from(thrown).summary()
  element('loading').hidden = true
  element('waiting').hidden = true
  element('answer').hidden = true
  element('problem').hidden = false
  element('problem').textContent = advice === undefined ? says : `${says} ${advice}`
}

/** Browsers show a file upright (EXIF) too, so boxes fit. */
export function showPicture(file: Blob): void {
  const shown = element<HTMLImageElement>('shown')
  URL.revokeObjectURL(shown.src)
  shown.src = URL.createObjectURL(file)
  element('picture').hidden = false
  element('box').hidden = true
}

export function showAnswer({ ranked, sure, milliseconds }: Seen): void {
  element('loading').hidden = true
  element('waiting').hidden = true
  element('problem').hidden = true
  element('answer').hidden = false
  const [first] = ranked
  const verdict = element('verdict')
  verdict.textContent = sure ? first!.label : 'Not sure'
  if (!sure) {
    const small = document.createElement('small')
    small.textContent = 'Perhaps none of the things it knows. Its best guesses:'
    verdict.append(small)
  }
  const ranking = element('ranking')
  ranking.classList.toggle('sure', sure)
  ranking.replaceChildren(...ranked.slice(0, SHOWN).map(rankingLine))
  element('time').textContent = `${Math.round(milliseconds)} ms`
}

function rankingLine({ label, probability }: { label: string; probability: number }): HTMLLIElement {
  const line = document.createElement('li')
  const name = document.createElement('span')
  name.textContent = label
  const figure = document.createElement('span')
  figure.textContent = `${(probability * 100).toFixed(1)} %`
  const meter = document.createElement('meter')
  meter.value = probability
  meter.setAttribute('aria-label', `${label}: ${figure.textContent}`)
  line.append(name, figure, meter)
  return line
}

/** Where the second look went, in pixels of a picture that is `of` pixels wide. */
export function showBox({ left, top, width, height }: Box, of: number): void {
  const shown = element('shown')
  const box = element('box')
  const scale = shown.clientWidth / of
  box.style.left = `${shown.offsetLeft + left * scale}px`
  box.style.top = `${shown.offsetTop + top * scale}px`
  box.style.width = `${width * scale}px`
  box.style.height = `${height * scale}px`
  box.hidden = false
}
