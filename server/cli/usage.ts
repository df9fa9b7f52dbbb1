import { InvalidArgumentError } from 'commander'
import { prioritySchema } from '../../lib/api/queue.ts'

/** Readers of option values; what they refuse is wrong usage, with commander's own sentence around it. */

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('It takes a whole number, 0 or more.')
  return value
}

export function countAbove0(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It takes a whole number above 0.')
  return value
}

export function wholeBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`)
  }
}

export function share(text: string): number {
  const value = Number(text)
  if (text === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('It takes a share from 0 to below 1, like 0.15.')
  return value
}

/** `70,15,15` or `0.7,0.15,0.15`: train, validation, test. */
export function shares(text: string): { train: number; validation: number; test: number } {
  const numbers = text.split(',').map(Number)
  const sum = numbers.reduce((total, n) => total + n, 0)
  const [train = 0, validation = 0, test = 0] = numbers.map((n) => n / sum)
  if (numbers.length !== 3 || !numbers.every((n) => n >= 0) || !(train > 0)) {
    throw new InvalidArgumentError('It takes three shares, train, validation and test, like 70,15,15.')
  }
  return { train, validation, test }
}

/** Of a run in the queue. */
export function priority(text: string): number {
  const read = prioritySchema.safeParse(text.trim() === '' ? text : Number(text))
  if (read.success) return read.data
  throw new InvalidArgumentError('It takes a whole number from -1000 to 1000.')
}

/** 0 or more. */
export function numberFromZero(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('It takes a number of 0 or more.')
  return value
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

export function oneOf<const Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((known) => known === text)
    if (choice === undefined) throw new InvalidArgumentError(`It takes one of ${choices.join(', ')}.`)
    return choice
  }
}

/** Several of the choices, separated by commas. */
export function listOf<const Choice extends string>(choices: readonly Choice[]): (text: string) => Choice[] {
  const read = oneOf(choices)
  return (text) => [...new Set(text.split(',').map((part) => read(part.trim())))]
}
