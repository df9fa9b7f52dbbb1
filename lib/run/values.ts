import { z } from 'zod'

// What settings take; the words complete "It takes …".

export const positive = z.number().positive().describe('a number above 0')
export const notNegative = z.number().nonnegative().describe('a number of 0 or more')
export const count = z.number().int().positive().describe('a whole number above 0')
export const trueOrFalse = z.boolean().describe('true or false')
