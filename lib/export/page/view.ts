import type { Classification } from '../../classify/classify.ts'
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

/** The picture as the network's preprocessing gets it: upright, on white. */
export function showPicture(canvas: HTMLCanvasElement): void {
  canvas.id = 'canvas'
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', 'Your picture')
  element('canvas').replaceWith(canvas)
  element('picture').hidden = false
  element('box').hidden = true
}

export function showAnswer({ ranked, sure }: Classification, milliseconds: number): void {
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

/** Where the second look went, over the picture. */
export function showBox({ left, top, width, height }: Box): void {
  const canvas = element<HTMLCanvasElement>('canvas')
  const box = element('box')
  const scale = canvas.clientWidth / canvas.width
  box.style.left = `${canvas.offsetLeft + left * scale}px`
  box.style.top = `${canvas.offsetTop + top * scale}px`
  box.style.width = `${width * scale}px`
  box.style.height = `${height * scale}px`
  box.hidden = false
}
